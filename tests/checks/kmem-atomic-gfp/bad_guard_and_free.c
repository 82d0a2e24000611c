// __free() runs after the guard's end; the allocation is still inside.
#include <linux/slab.h>
#include <linux/spinlock.h>

int replace(spinlock_t *lock, void **slot)
{
	void *spare __free(kfree) = kmalloc(32, GFP_KERNEL);

	if (!spare)
		return -ENOMEM;
	guard(spinlock)(lock);
	void *more __free(kfree) = kmalloc(32, GFP_KERNEL); // expect: kmem-atomic-gfp

	if (!more)
		return -ENOMEM;
	*slot = no_free_ptr(more);
	return 0;
}
