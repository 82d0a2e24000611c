#ifndef KMEM_LINUX_LOG2_H
#define KMEM_LINUX_LOG2_H

#include <linux/bitops.h>

static inline int ilog2(u64 x) { return fls64(x) - 1; }
static inline bool is_power_of_2(unsigned long x) { return x && !(x & (x - 1)); }
static inline unsigned long roundup_pow_of_two(unsigned long x) { return x <= 1 ? 1 : 1UL << fls64(x - 1); }
static inline unsigned long rounddown_pow_of_two(unsigned long x) { return 1UL << (fls64(x) - 1); }
static inline int order_base_2(unsigned long x) { return x > 1 ? fls64(x - 1) : 0; }

#endif
