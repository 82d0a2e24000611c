#ifndef KMEM_LINUX_REFCOUNT_H
#define KMEM_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>

typedef struct refcount_struct {
  atomic_t refs;
} refcount_t;
#define REFCOUNT_INIT(n) {ATOMIC_INIT(n)}
#define REFCOUNT_SATURATED (-1073741824) /* INT_MIN / 2 */

static inline void refcount_set(refcount_t *r, int n) { atomic_set(&r->refs, n); }
static inline unsigned refcount_read(const refcount_t *r) { return (unsigned)atomic_read(&r->refs); }
static inline void __refcount_saturate(refcount_t *r, const char *what) {
  atomic_set(&r->refs, REFCOUNT_SATURATED);
  WARN(1, "refcount_t: %s", what);
}
static inline void refcount_inc(refcount_t *r) {
  const int old = atomic_read(&r->refs);
  if (old > 0)
    atomic_inc(&r->refs);
  else
    __refcount_saturate(r, old ? "saturated; leaking memory." : "addition on 0; use-after-free.");
}
static inline bool refcount_inc_not_zero(refcount_t *r) {
  if (atomic_read(&r->refs) == 0)
    return false;
  refcount_inc(r);
  return true;
}
static inline bool refcount_dec_and_test(refcount_t *r) {
  const int old = atomic_read(&r->refs);
  if (old <= 0) {
    __refcount_saturate(r, "underflow; use-after-free.");
    return false;
  }
  atomic_dec(&r->refs);
  return old == 1;
}
static inline void refcount_dec(refcount_t *r) {
  if (atomic_read(&r->refs) <= 1)
    __refcount_saturate(r, "decrement hit 0; leaking memory.");
  else
    atomic_dec(&r->refs);
}

#endif
