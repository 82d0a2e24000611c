// One wrapper, each caller with the flags of its own context.
#include <linux/slab.h>
#include <linux/spinlock.h>

static void *pool_object(gfp_t gfp)
{
	return kzalloc(64, gfp);
}

void pool_fill(spinlock_t *lock, void **slots)
{
	slots[0] = pool_object(GFP_KERNEL);
	spin_lock(lock);
	slots[1] = pool_object(GFP_ATOMIC);
	spin_unlock(lock);
}
