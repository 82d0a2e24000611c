// The lock is taken on some calls, the allocation is done on all.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *tree_insert(spinlock_t *lock, bool locked)
{
	void *node;

	if (!locked)
		spin_lock(lock);
	node = kmalloc(48, GFP_KERNEL); // expect: kmem-atomic-gfp
	if (!locked)
		spin_unlock(lock);
	return node;
}
