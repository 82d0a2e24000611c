#include <linux/slab.h>
#include <linux/spinlock.h>

void *try_fast(spinlock_t *lock, void **cached)
{
	void *object;

	if (!spin_trylock(lock))
		return kmalloc(64, GFP_KERNEL);
	object = *cached;
	*cached = NULL;
	spin_unlock(lock);
	return object;
}
