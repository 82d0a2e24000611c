#include <linux/slab.h>
#include <linux/spinlock.h>

void *block_new(spinlock_t *lock, bool locked)
{
	gfp_t gfp = GFP_KERNEL;
	void *block;

	if (locked) {
		spin_lock(lock);
		gfp = GFP_ATOMIC;
	}
	block = kmalloc(64, gfp);
	if (locked)
		spin_unlock(lock);
	return block;
}
