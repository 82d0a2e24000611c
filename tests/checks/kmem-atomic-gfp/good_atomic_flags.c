// Flags that never block.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *entry_new(spinlock_t *lock, void **spare)
{
	void *entry;

	spin_lock(lock);
	entry = kmalloc(64, GFP_ATOMIC);
	*spare = kmalloc(64, GFP_NOWAIT | __GFP_ZERO);
	spin_unlock(lock);
	return entry;
}
