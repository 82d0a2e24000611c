#ifndef KMEM_LINUX_JIFFIES_H
#define KMEM_LINUX_JIFFIES_H

#include "../native.h"
#include <linux/types.h>

#define HZ ((unsigned long)kmem_native_hz())
#define jiffies ((unsigned long)kmem_native_jiffies())
#define get_jiffies_64() ((u64)kmem_native_jiffies())
#define MAX_JIFFY_OFFSET ((~0UL >> 1) - 1)

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)

static inline unsigned long msecs_to_jiffies(unsigned milliseconds) { return (milliseconds * HZ + 999) / 1000; }
static inline unsigned long usecs_to_jiffies(unsigned microseconds) {
  return ((unsigned long)microseconds * HZ + 999999) / 1000000;
}
static inline unsigned jiffies_to_msecs(unsigned long count) { return (unsigned)(count * 1000 / HZ); }

#endif
