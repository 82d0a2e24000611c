// The lock is dropped around the allocation and retaken.
#include <linux/slab.h>
#include <linux/spinlock.h>

void refill(spinlock_t *lock, void **slots, int n)
{
	int i;

	spin_lock(lock);
	for (i = 0; i < n; i++) {
		if (slots[i])
			continue;
		spin_unlock(lock);
		slots[i] = kmalloc(64, GFP_KERNEL);
		spin_lock(lock);
	}
	spin_unlock(lock);
}
