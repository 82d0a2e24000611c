#include <linux/slab.h>
#include <linux/spinlock.h>

void *cache_entry(spinlock_t *lock, bool small)
{
	gfp_t gfp = GFP_KERNEL;
	void *entry;

	if (small)
		gfp |= __GFP_NORETRY;
	spin_lock(lock);
	entry = kmalloc(64, gfp); // expect: kmem-atomic-gfp
	spin_unlock(lock);
	return entry;
}
