#ifndef _STUB_BIT_SPINLOCK_H
#define _STUB_BIT_SPINLOCK_H
#include <linux/preempt.h>

static inline void bit_spin_lock(int bitnum, unsigned long *addr)
{
	preempt_disable();
	while (__atomic_fetch_or(addr, 1UL << bitnum, 2) & (1UL << bitnum))
		;
}
static inline void bit_spin_unlock(int bitnum, unsigned long *addr)
{
	__atomic_fetch_and(addr, ~(1UL << bitnum), 3);
	preempt_enable();
}

#endif
