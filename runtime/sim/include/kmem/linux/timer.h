#ifndef KMEM_LINUX_TIMER_H
#define KMEM_LINUX_TIMER_H

#include <linux/jiffies.h>
#include <linux/kernel.h>

struct timer_list {
  unsigned long expires;
  void (*function)(struct timer_list *timer);
};
#define DEFINE_TIMER(name, run) struct timer_list name = {0, run}
#define timer_setup(timer, run, flags) ((timer)->expires = 0, (timer)->function = (run))
#define from_timer(variable, timer, member) container_of(timer, __typeof__(*(variable)), member)
#define timer_container_of(variable, timer, member) from_timer(variable, timer, member)

static inline void __kmem_run_timer(void *item) {
  struct timer_list *timer = (struct timer_list *)item;
  timer->function(timer);
}
static inline int timer_pending(const struct timer_list *timer) { return kmem_native_timer_pending(timer); }
static inline int mod_timer(struct timer_list *timer, unsigned long expires) {
  const int was_pending = timer_pending(timer);
  timer->expires = expires;
  kmem_native_timer_set(timer, __kmem_run_timer, expires);
  return was_pending;
}
static inline void add_timer(struct timer_list *timer) { mod_timer(timer, timer->expires); }
static inline int timer_delete(struct timer_list *timer) { return kmem_native_timer_delete(timer); }
static inline int timer_delete_sync(struct timer_list *timer) { return kmem_native_timer_delete_sync(timer); }
static inline int timer_shutdown_sync(struct timer_list *timer) { return timer_delete_sync(timer); }
#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)

#endif
