// No flag makes vmalloc atomic.
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

void *trace_buffer(spinlock_t *lock)
{
	void *buffer;

	spin_lock_bh(lock);
	buffer = __vmalloc(65536, GFP_ATOMIC); // expect: kmem-atomic-vmalloc
	spin_unlock_bh(lock);
	return buffer;
}
