// The flag follows the parameter that says whether the lock is held.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *request_new(spinlock_t *lock, bool take)
{
	void *request;

	if (take)
		spin_lock(lock);
	request = kmalloc(64, take ? GFP_ATOMIC : GFP_KERNEL);
	if (take)
		spin_unlock(lock);
	return request;
}
