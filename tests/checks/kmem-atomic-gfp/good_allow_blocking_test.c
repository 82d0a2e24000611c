// Blocks only when the flags allow it; the locked caller passes flags that do not.
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static void *page_wait(gfp_t gfp)
{
	void *page = kmalloc(4096, gfp);

	if (!page && gfpflags_allow_blocking(gfp)) {
		msleep(1);
		page = kmalloc(4096, gfp);
	}
	return page;
}

void *page_locked(spinlock_t *lock)
{
	void *page;

	spin_lock(lock);
	page = page_wait(GFP_ATOMIC);
	spin_unlock(lock);
	return page ? page : page_wait(GFP_KERNEL);
}
