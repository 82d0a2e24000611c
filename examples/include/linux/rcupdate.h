#ifndef _STUB_RCUPDATE_H
#define _STUB_RCUPDATE_H
#include <linux/bottom_half.h>

void __rcu_read_lock(void);
void __rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void kvfree_call_rcu(struct rcu_head *head, void *ptr);
void synchronize_rcu(void);
static __always_inline void rcu_read_lock(void) { __rcu_read_lock(); }
static __always_inline void rcu_read_unlock(void) { __rcu_read_unlock(); }

#define rcu_dereference(p) (*(volatile typeof(p) *)&(p))
#define rcu_assign_pointer(p, v) ((p) = (v))
#define kfree_rcu(ptr, rhf) do { typeof(ptr) ___p = (ptr); if (___p) kvfree_call_rcu(&___p->rhf, (void *)___p); } while (0)
#define kvfree_rcu(ptr, rhf) kfree_rcu(ptr, rhf)

#endif
