#ifndef KMEM_LINUX_MINMAX_H
#define KMEM_LINUX_MINMAX_H

#define __kmem_pick(a, op, b)                                                                                          \
  ({                                                                                                                   \
    const __auto_type __left = (a);                                                                                    \
    const __auto_type __right = (b);                                                                                   \
    __left op __right ? __left : __right;                                                                              \
  })
#define min(a, b) __kmem_pick(a, <, b)
#define max(a, b) __kmem_pick(a, >, b)
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define min3(a, b, c) min(min(a, b), c)
#define max3(a, b, c) max(max(a, b), c)
#define clamp(value, low, high) min(max(value, low), high)
#define clamp_t(type, value, low, high) min_t(type, max_t(type, value, low), high)
#define clamp_val(value, low, high) clamp_t(__typeof__(value), value, low, high)
#define swap(a, b)                                                                                                     \
  do {                                                                                                                 \
    const __typeof__(a) __swapped = (a);                                                                               \
    (a) = (b);                                                                                                         \
    (b) = __swapped;                                                                                                   \
  } while (0)

#endif
