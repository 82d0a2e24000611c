#include <linux/spinlock.h>
#include <linux/vmalloc.h>

void drop(spinlock_t *lock, void **slot)
{
	spin_lock(lock);
	vfree_atomic(*slot);
	*slot = NULL;
	spin_unlock(lock);
}
