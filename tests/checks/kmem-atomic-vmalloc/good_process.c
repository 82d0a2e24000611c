#include <linux/spinlock.h>
#include <linux/vmalloc.h>

void *resize(spinlock_t *lock, void **slot, unsigned long size)
{
	void *fresh = vzalloc(size), *old;

	if (!fresh)
		return NULL;
	spin_lock(lock);
	old = *slot;
	*slot = fresh;
	spin_unlock(lock);
	vfree(old);
	return fresh;
}
