// What was loaded before the store decides, not what is stored.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct queue {
	spinlock_t lock;
	int pending;
	void *spare;
};

void queue_flush(struct queue *q)
{
	int pending;

	spin_lock(&q->lock);
	pending = q->pending;
	q->pending = 0;
	if (pending)
		q->spare = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(&q->lock);
}
