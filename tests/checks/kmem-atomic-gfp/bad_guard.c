#include <linux/slab.h>
#include <linux/spinlock.h>

void *guarded(spinlock_t *lock, bool twice)
{
	guard(spinlock)(lock);

	if (twice)
		return NULL;
	return kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
}

int scoped(spinlock_t *lock, void **slot)
{
	scoped_guard(spinlock_irqsave, lock) {
		*slot = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	}
	return *slot ? 0 : -ENOMEM;
}
