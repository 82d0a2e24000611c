// spin_lock_irqsave is a macro that assigns the flags; kcalloc hides the flag behind an or.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct ring {
	spinlock_t lock;
	u32 *slots;
};

int ring_grow(struct ring *r, unsigned int n)
{
	unsigned long flags;

	if (n > 128)
		return -EINVAL;
	spin_lock_irqsave(&r->lock, flags);
	r->slots = kcalloc(n, sizeof(u32), GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock_irqrestore(&r->lock, flags);
	return r->slots ? 0 : -ENOMEM;
}
