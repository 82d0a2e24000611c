#include <linux/spinlock.h>
#include <linux/vmalloc.h>

void *firmware_buffer(spinlock_t *lock)
{
	void *buffer;

	spin_lock(lock);
	buffer = vmalloc(1 << 20); // expect: kmem-atomic-vmalloc
	spin_unlock(lock);
	return buffer;
}
