// The caller promises that sleeping is fine, under a lock.
#include <linux/slab.h>
#include <linux/spinlock.h>

static void *job_new(bool may_sleep)
{
	return kmalloc(96, may_sleep ? GFP_KERNEL : GFP_ATOMIC);
}

void *job_queue(spinlock_t *lock)
{
	void *job;

	spin_lock(lock);
	job = job_new(true); // expect: kmem-atomic-gfp
	spin_unlock(lock);
	return job;
}
