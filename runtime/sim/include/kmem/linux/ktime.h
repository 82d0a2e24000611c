#ifndef KMEM_LINUX_KTIME_H
#define KMEM_LINUX_KTIME_H

#include "../native.h"
#include <linux/types.h>

typedef s64 ktime_t;
#define NSEC_PER_SEC 1000000000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_USEC 1000L
#define USEC_PER_SEC 1000000L
#define MSEC_PER_SEC 1000L
static inline ktime_t ktime_get(void) { return (ktime_t)kmem_native_nanoseconds(); }
static inline u64 ktime_get_ns(void) { return kmem_native_nanoseconds(); }
static inline s64 ktime_to_ns(ktime_t time) { return time; }
static inline s64 ktime_to_ms(ktime_t time) { return time / NSEC_PER_MSEC; }
static inline ktime_t ktime_sub(ktime_t a, ktime_t b) { return a - b; }

#endif
