// Without direct reclaim nothing blocks, whatever other bits stay.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *bio_new(spinlock_t *lock, gfp_t gfp)
{
	void *bio;

	spin_lock(lock);
	bio = kmalloc(64, GFP_KERNEL & ~__GFP_DIRECT_RECLAIM);
	if (!bio)
		bio = kmalloc(64, gfp & ~__GFP_RECLAIM);
	spin_unlock(lock);
	return bio;
}
