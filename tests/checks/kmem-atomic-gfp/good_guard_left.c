// The guarded scope ends before the allocation.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *snapshot(spinlock_t *lock, int *value, int *out)
{
	scoped_guard(spinlock, lock)
		*out = *value;
	return kmalloc(64, GFP_KERNEL);
}

void *snapshot_block(spinlock_t *lock, int *value, int *out)
{
	{
		guard(spinlock_irqsave)(lock);
		*out = *value;
	}
	return kmalloc(64, GFP_KERNEL);
}
