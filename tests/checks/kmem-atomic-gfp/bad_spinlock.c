// The plain case: a sleeping allocation while a spinlock is held.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct queue {
	spinlock_t lock;
	void *entry;
};

int queue_fill(struct queue *q)
{
	spin_lock(&q->lock);
	q->entry = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(&q->lock);
	return q->entry ? 0 : -ENOMEM;
}
