// Two wrappers deep, and the inner one adds bits to what it is given.
#include <linux/slab.h>
#include <linux/spinlock.h>

static void *buffer_raw(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_NOWARN);
}

static void *buffer_new(gfp_t gfp)
{
	return buffer_raw(256, gfp | __GFP_ZERO);
}

void *buffer_swap(spinlock_t *lock, void **slot)
{
	void *old;

	spin_lock_irq(lock);
	old = *slot;
	*slot = buffer_new(GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock_irq(lock);
	return old;
}
