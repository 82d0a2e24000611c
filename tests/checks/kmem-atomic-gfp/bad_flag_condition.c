// The condition has nothing to do with the lock.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *node_new(spinlock_t *lock, bool urgent)
{
	void *node;

	spin_lock(lock);
	node = kmalloc(64, urgent ? GFP_ATOMIC : GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(lock);
	return node;
}
