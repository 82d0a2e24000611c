#ifndef KMEM_LINUX_BUG_H
#define KMEM_LINUX_BUG_H

#include "../native.h"
#include <linux/compiler.h>

#define BUG() kmem_native_bug(__FILE__, __LINE__, __func__)
#define BUG_ON(condition)                                                                                              \
  do {                                                                                                                 \
    if (unlikely(condition))                                                                                           \
      BUG();                                                                                                           \
  } while (0)

#define WARN_ON(condition)                                                                                             \
  ({                                                                                                                   \
    const int __warn = !!(condition);                                                                                  \
    if (unlikely(__warn))                                                                                              \
      kmem_native_warn(__FILE__, __LINE__, __func__);                                                                  \
    unlikely(__warn);                                                                                                  \
  })
#define WARN(condition, ...)                                                                                           \
  ({                                                                                                                   \
    const int __warn = !!(condition);                                                                                  \
    if (unlikely(__warn)) {                                                                                            \
      kmem_native_printk(__VA_ARGS__);                                                                                 \
      kmem_native_warn(__FILE__, __LINE__, __func__);                                                                  \
    }                                                                                                                  \
    unlikely(__warn);                                                                                                  \
  })
#define WARN_ON_ONCE(condition)                                                                                        \
  ({                                                                                                                   \
    static bool __warned;                                                                                              \
    const int __warn_once = !!(condition);                                                                             \
    if (unlikely(__warn_once && !__warned)) {                                                                          \
      __warned = true;                                                                                                 \
      kmem_native_warn(__FILE__, __LINE__, __func__);                                                                  \
    }                                                                                                                  \
    unlikely(__warn_once);                                                                                             \
  })
#define WARN_ONCE(condition, ...)                                                                                      \
  ({                                                                                                                   \
    static bool __warned;                                                                                              \
    const int __warn_once = !!(condition);                                                                             \
    if (unlikely(__warn_once && !__warned)) {                                                                          \
      __warned = true;                                                                                                 \
      kmem_native_printk(__VA_ARGS__);                                                                                 \
      kmem_native_warn(__FILE__, __LINE__, __func__);                                                                  \
    }                                                                                                                  \
    unlikely(__warn_once);                                                                                             \
  })

#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)
#define BUILD_BUG_ON_ZERO(e) ((int)sizeof(struct { int : (-!!(e)); }))

#endif
