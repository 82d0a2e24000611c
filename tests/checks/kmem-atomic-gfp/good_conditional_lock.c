// Lock and allocation hang on the same condition, the other way round.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *item_new(spinlock_t *lock, bool locked)
{
	void *item = NULL;

	if (locked)
		spin_lock(lock);
	if (!locked)
		item = kmalloc(64, GFP_KERNEL);
	if (locked)
		spin_unlock(lock);
	return item;
}
