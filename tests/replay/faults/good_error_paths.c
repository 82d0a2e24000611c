// Everything that was taken is given back, or can still be found.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct queue {
	spinlock_t lock;
	void *kept, *table;
};

int queue_start(struct queue *queue)
{
	void *buffer;
	int ret = -ENOMEM;

	spin_lock(&queue->lock);
	queue->kept = kmalloc(64, GFP_ATOMIC);
	if (!queue->kept)
		goto out;
	buffer = kmalloc(4096, GFP_ATOMIC);
	if (!buffer)
		goto out;
	queue->table = kmalloc(256, GFP_KERNEL);
	if (queue->table)
		ret = 0;
	kfree(buffer);
out:
	spin_unlock(&queue->lock);
	return ret;
}
