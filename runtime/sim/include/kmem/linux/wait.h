/* A thread that waits lets everything else run that is pending: timers, work, interrupts. When nothing is left that
 * could make its condition true, it hangs, and kmem_sim_run() says so. */
#ifndef KMEM_LINUX_WAIT_H
#define KMEM_LINUX_WAIT_H

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

typedef struct wait_queue_head {
  spinlock_t lock;
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = {__KMEM_LOCK(name)}
#define init_waitqueue_head(queue) spin_lock_init(&(queue)->lock)
#define wake_up(queue) ((void)(queue))
#define wake_up_all(queue) wake_up(queue)
#define wake_up_interruptible(queue) wake_up(queue)
#define wake_up_interruptible_all(queue) wake_up(queue)

#define wait_event(queue, condition)                                                                                   \
  do {                                                                                                                 \
    (void)(queue);                                                                                                     \
    might_sleep();                                                                                                     \
    while (!(condition))                                                                                               \
      kmem_native_wait_step(UINT64_MAX);                                                                               \
  } while (0)
#define wait_event_interruptible(queue, condition)                                                                     \
  ({                                                                                                                   \
    wait_event(queue, condition);                                                                                      \
    0;                                                                                                                 \
  })
#define wait_event_killable(queue, condition) wait_event_interruptible(queue, condition)
/* Jiffies that were left, at least 1 when the condition became true; else 0. */
#define wait_event_timeout(queue, condition, timeout)                                                                  \
  ({                                                                                                                   \
    const unsigned long __deadline = jiffies + (timeout);                                                              \
    (void)(queue);                                                                                                     \
    might_sleep();                                                                                                     \
    while (!(condition) && time_before(jiffies, __deadline))                                                           \
      kmem_native_wait_step((__deadline - jiffies) * (1000000000ULL / HZ));                                            \
    const long __left = (long)(__deadline - jiffies);                                                                  \
    (condition) ? (__left > 0 ? __left : 1L) : 0L;                                                                     \
  })
#define wait_event_interruptible_timeout(queue, condition, timeout) wait_event_timeout(queue, condition, timeout)

#endif
