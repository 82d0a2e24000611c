// Under the lock the wrapper is told to take the other branch.
#include <linux/mm.h>
#include <linux/spinlock.h>

static void *buffer_new(size_t size, bool atomic)
{
	if (atomic)
		return kmalloc(size, GFP_ATOMIC);
	return vmalloc(size);
}

void *locked(spinlock_t *lock)
{
	void *p;

	spin_lock(lock);
	p = buffer_new(128, true);
	spin_unlock(lock);
	return p ? p : buffer_new(4096, false);
}
