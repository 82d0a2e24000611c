// No flag makes vmalloc atomic, and this one it does not even take.
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

void *trace_buffer(spinlock_t *lock)
{
	void *buffer;

	spin_lock_bh(lock);
	buffer = __vmalloc(65536, GFP_ATOMIC); // expect: kmem-atomic-vmalloc, kmem-invalid-gfp
	spin_unlock_bh(lock);
	return buffer;
}
