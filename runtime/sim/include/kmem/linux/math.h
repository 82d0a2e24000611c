#ifndef KMEM_LINUX_MATH_H
#define KMEM_LINUX_MATH_H

#include <linux/types.h>

#define __ALIGN_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, a) __ALIGN_MASK(x, (__typeof__(x))(a) - 1)
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define PTR_ALIGN(pointer, a) ((__typeof__(pointer))ALIGN((unsigned long)(pointer), (a)))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) (((unsigned long long)(n) + (d) - 1) / (d))
#define DIV_ROUND_CLOSEST(n, d) (((n) + (d) / 2) / (d))
#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))(y) - 1)) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))(y) - 1))
#define roundup(x, y) ((((x) + (y) - 1) / (y)) * (y))
#define rounddown(x, y) ((x) - (x) % (y))
#define abs(x)                                                                                                         \
  ({                                                                                                                   \
    const __typeof__(x) __value = (x);                                                                                 \
    __value < 0 ? -__value : __value;                                                                                  \
  })
#define mult_frac(x, n, d) ((x) / (d) * (n) + (x) % (d) * (n) / (d))
#define do_div(n, base)                                                                                                \
  ({                                                                                                                   \
    const u32 __base = (base), __rest = (u32)((n) % __base);                                                           \
    (n) /= __base;                                                                                                     \
    __rest;                                                                                                            \
  })
static inline u64 div_u64(u64 dividend, u32 divisor) { return dividend / divisor; }
static inline u64 div64_u64(u64 dividend, u64 divisor) { return dividend / divisor; }

#endif
