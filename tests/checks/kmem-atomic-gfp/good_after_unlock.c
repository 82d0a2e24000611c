#include <linux/slab.h>
#include <linux/spinlock.h>

struct counter {
	spinlock_t lock;
	int users;
};

void *counter_report(struct counter *c)
{
	unsigned long flags;
	int users;

	spin_lock_irqsave(&c->lock, flags);
	users = c->users;
	spin_unlock_irqrestore(&c->lock, flags);
	return users ? kmalloc(64, GFP_KERNEL) : NULL;
}
