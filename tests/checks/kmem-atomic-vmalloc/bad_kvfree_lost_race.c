// The loser of the race releases its own memory while the lock is held; where that is large, it is mapped.
#include <linux/mm.h>
#include <linux/spinlock.h>

struct pool {
	spinlock_t lock;
	size_t size;
	void *cells;
};

int pool_init(struct pool *pool)
{
	void *cells = kvzalloc(pool->size, GFP_KERNEL);

	if (!cells)
		return -ENOMEM;
	spin_lock_irq(&pool->lock);
	if (pool->cells)
		kvfree(cells); // expect: kmem-atomic-vmalloc
	else
		pool->cells = cells;
	spin_unlock_irq(&pool->lock);
	return 0;
}
