#ifndef KMEM_LINUX_SCHED_H
#define KMEM_LINUX_SCHED_H

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/preempt.h>

#define MAX_SCHEDULE_TIMEOUT ((long)(~0UL >> 1))
static inline void schedule(void) { kmem_native_schedule(); }
static inline int cond_resched(void) {
  kmem_native_cond_resched();
  return 0;
}

#endif
