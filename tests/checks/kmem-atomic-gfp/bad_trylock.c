#include <linux/slab.h>
#include <linux/spinlock.h>

int log_flush(spinlock_t *lock, void **page)
{
	if (!spin_trylock(lock))
		return -EBUSY;
	*page = kzalloc(4096, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(lock);
	return 0;
}
