#include <linux/slab.h>
#include <linux/spinlock.h>

struct chan {
	spinlock_t lock;
	void *pending;
};

static unsigned long chan_lock(struct chan *c)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	return flags;
}

void chan_fill(struct chan *c)
{
	unsigned long flags = chan_lock(c);

	c->pending = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock_irqrestore(&c->lock, flags);
}
