// Without sleeping there is no fallback to vmalloc.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *snapshot(spinlock_t *lock, size_t size)
{
	void *copy;

	spin_lock(lock);
	copy = kvmalloc(size, GFP_ATOMIC); // expect: kmem-invalid-gfp
	spin_unlock(lock);
	return copy;
}
