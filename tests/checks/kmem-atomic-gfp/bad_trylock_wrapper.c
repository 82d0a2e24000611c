#include <linux/slab.h>
#include <linux/spinlock.h>

static int bus_trylock(spinlock_t *lock)
{
	return spin_trylock(lock) ? 0 : -EBUSY;
}

void *bus_buffer(spinlock_t *lock)
{
	void *buffer;

	if (bus_trylock(lock))
		return NULL;
	buffer = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(lock);
	return buffer;
}
