#ifndef KMEM_LINUX_RCUPDATE_H
#define KMEM_LINUX_RCUPDATE_H

#include "../native.h"
#include <linux/types.h>

static inline void rcu_read_lock(void) { kmem_native_rcu_read_lock(); }
static inline void rcu_read_unlock(void) { kmem_native_rcu_read_unlock(); }
static inline int rcu_read_lock_held(void) { return kmem_native_rcu_read_lock_held(); }
static inline void synchronize_rcu(void) { kmem_native_synchronize_rcu(); }
static inline void rcu_barrier(void) { kmem_native_rcu_barrier(); }

#define rcu_dereference(pointer) READ_ONCE(pointer)
#define rcu_dereference_protected(pointer, condition) (pointer)
#define rcu_dereference_check(pointer, condition) READ_ONCE(pointer)
#define rcu_access_pointer(pointer) READ_ONCE(pointer)
#define rcu_assign_pointer(pointer, value) WRITE_ONCE(pointer, value)
#define RCU_INIT_POINTER(pointer, value) WRITE_ONCE(pointer, value)
#define rcu_replace_pointer(pointer, value, condition)                                                                 \
  ({                                                                                                                   \
    const __typeof__(pointer) __replaced = (pointer);                                                                  \
    rcu_assign_pointer(pointer, value);                                                                                \
    __replaced;                                                                                                        \
  })

static inline void __kmem_run_rcu(void *item) {
  struct rcu_head *head = (struct rcu_head *)item;
  head->func(head);
}
static inline void call_rcu(struct rcu_head *head, rcu_callback_t run) {
  head->func = run;
  kmem_native_call_rcu(head, __kmem_run_rcu);
}
#define kfree_rcu(pointer, member) kmem_native_kfree_rcu(pointer)
#define kvfree_rcu(pointer, member) kmem_native_kfree_rcu(pointer)

#endif
