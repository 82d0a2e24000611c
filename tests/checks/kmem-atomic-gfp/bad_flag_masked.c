// Taking __GFP_FS away does not make it atomic.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *inode_buffer(spinlock_t *lock)
{
	void *buffer;

	spin_lock(lock);
	buffer = kmalloc(128, GFP_KERNEL & ~__GFP_FS); // expect: kmem-atomic-gfp
	spin_unlock(lock);
	return buffer;
}
