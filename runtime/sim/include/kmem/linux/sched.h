#ifndef KMEM_LINUX_SCHED_H
#define KMEM_LINUX_SCHED_H

#include "delay.h"
#include "jiffies.h"
#include "kernel.h"
#include "preempt.h"

#define MAX_SCHEDULE_TIMEOUT ((long)(~0UL >> 1))
static inline void schedule(void) { kmem_native_schedule(); }
static inline int cond_resched(void) {
  kmem_native_cond_resched();
  return 0;
}

#endif
