// Each way out of the locked region unlocks first.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *lookup_or_new(spinlock_t *lock, void **slot)
{
	spin_lock(lock);
	if (*slot) {
		spin_unlock(lock);
		return *slot;
	}
	spin_unlock(lock);
	return kmalloc(64, GFP_KERNEL);
}
