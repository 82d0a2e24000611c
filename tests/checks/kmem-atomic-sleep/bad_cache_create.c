#include <linux/slab.h>
#include <linux/spinlock.h>

struct kmem_cache *lazy_cache(spinlock_t *lock, struct kmem_cache **slot)
{
	spin_lock(lock);
	if (!*slot)
		*slot = kmem_cache_create("lazy", 64, 8, 0, NULL); // expect: kmem-atomic-sleep
	spin_unlock(lock);
	return *slot;
}
