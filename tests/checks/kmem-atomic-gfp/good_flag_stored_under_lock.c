// The flag is what was stored last: the lock is dropped before.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct queue {
	spinlock_t lock;
	int locked;
	void *spare;
};

void queue_refill(struct queue *q)
{
	spin_lock(&q->lock);
	q->locked = 1;
	if (q->spare) {
		q->locked = 0;
		spin_unlock(&q->lock);
	}
	if (!q->locked)
		q->spare = kmalloc(64, GFP_KERNEL);
	else
		spin_unlock(&q->lock);
}
