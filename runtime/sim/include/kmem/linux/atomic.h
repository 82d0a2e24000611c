/* One simulated CPU runs at a time, so that plain accesses are atomic. */
#ifndef KMEM_LINUX_ATOMIC_H
#define KMEM_LINUX_ATOMIC_H

#include <linux/types.h>

#define __KMEM_ATOMIC(prefix, type, value_type)                                                                        \
  static inline value_type prefix##_read(const type *v) { return READ_ONCE(v->counter); }                              \
  static inline void prefix##_set(type *v, value_type value) { WRITE_ONCE(v->counter, value); }                        \
  static inline value_type prefix##_add_return(value_type n, type *v) { return v->counter += n; }                      \
  static inline value_type prefix##_sub_return(value_type n, type *v) { return v->counter -= n; }                      \
  static inline void prefix##_add(value_type n, type *v) { v->counter += n; }                                          \
  static inline void prefix##_sub(value_type n, type *v) { v->counter -= n; }                                          \
  static inline void prefix##_inc(type *v) { ++v->counter; }                                                           \
  static inline void prefix##_dec(type *v) { --v->counter; }                                                           \
  static inline value_type prefix##_inc_return(type *v) { return ++v->counter; }                                       \
  static inline value_type prefix##_dec_return(type *v) { return --v->counter; }                                       \
  static inline bool prefix##_dec_and_test(type *v) { return --v->counter == 0; }                                      \
  static inline bool prefix##_inc_and_test(type *v) { return ++v->counter == 0; }                                      \
  static inline bool prefix##_sub_and_test(value_type n, type *v) { return (v->counter -= n) == 0; }                   \
  static inline value_type prefix##_xchg(type *v, value_type value) {                                                  \
    const value_type old = v->counter;                                                                                 \
    v->counter = value;                                                                                                \
    return old;                                                                                                        \
  }                                                                                                                    \
  static inline value_type prefix##_cmpxchg(type *v, value_type expected, value_type value) {                          \
    const value_type old = v->counter;                                                                                 \
    if (old == expected)                                                                                               \
      v->counter = value;                                                                                              \
    return old;                                                                                                        \
  }                                                                                                                    \
  static inline bool prefix##_add_unless(type *v, value_type n, value_type unless) {                                   \
    if (v->counter == unless)                                                                                          \
      return false;                                                                                                    \
    v->counter += n;                                                                                                   \
    return true;                                                                                                       \
  }                                                                                                                    \
  static inline bool prefix##_inc_not_zero(type *v) { return prefix##_add_unless(v, 1, 0); }

__KMEM_ATOMIC(atomic, atomic_t, int)
__KMEM_ATOMIC(atomic64, atomic64_t, s64)

#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define mb() barrier()
#define rmb() barrier()
#define wmb() barrier()
#define smp_load_acquire(pointer) READ_ONCE(*(pointer))
#define smp_store_release(pointer, value) WRITE_ONCE(*(pointer), value)
#define xchg(pointer, value)                                                                                           \
  ({                                                                                                                   \
    const __typeof__(*(pointer)) __old = *(pointer);                                                                   \
    *(pointer) = (value);                                                                                              \
    __old;                                                                                                             \
  })

#endif
