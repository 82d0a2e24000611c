// The destructor looks harmless from here.
#include <linux/spinlock.h>

void dataset_free(void *set);

void dataset_replace(spinlock_t *lock, void **slot, void *set)
{
	spin_lock(lock);
	dataset_free(*slot);
	*slot = set;
	spin_unlock(lock);
}
