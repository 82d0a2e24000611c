// The lock is dropped for the first part of the loop body and retaken too early.
#include <linux/slab.h>
#include <linux/spinlock.h>

void refill(spinlock_t *lock, void **slots, int n)
{
	int i;

	spin_lock(lock);
	for (i = 0; i < n; i++) {
		spin_unlock(lock);
		kfree(slots[i]);
		spin_lock(lock);
		slots[i] = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	}
	spin_unlock(lock);
}
