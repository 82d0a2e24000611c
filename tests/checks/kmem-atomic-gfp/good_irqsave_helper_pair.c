// Lock and unlock live in helpers; the flags travel through a pointer.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct chan {
	spinlock_t lock;
	int pending;
};

static void chan_lock(struct chan *c, unsigned long *flags)
{
	spin_lock_irqsave(&c->lock, *flags);
}

static void chan_unlock(struct chan *c, unsigned long *flags)
{
	spin_unlock_irqrestore(&c->lock, *flags);
}

void *chan_report(struct chan *c)
{
	unsigned long flags;
	int pending;

	chan_lock(c, &flags);
	pending = c->pending;
	chan_unlock(c, &flags);
	return pending ? kmalloc(64, GFP_KERNEL) : NULL;
}
