// The second allocation fails, and nobody releases the first.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct ring {
	spinlock_t lock;
	void *buffer, *table;
};

int ring_start(struct ring *ring)
{
	void *buffer, *table;
	int ret = -ENOMEM;

	spin_lock(&ring->lock);
	buffer = kmalloc(4096, GFP_ATOMIC); // fault: kmem-fault-leak
	if (!buffer)
		goto out;
	table = kmalloc(256, GFP_KERNEL);
	if (!table)
		goto out;
	ring->buffer = buffer;
	ring->table = table;
	ret = 0;
out:
	spin_unlock(&ring->lock);
	return ret;
}
