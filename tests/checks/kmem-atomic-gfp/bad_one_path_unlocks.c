#include <linux/slab.h>
#include <linux/spinlock.h>

struct dev_state {
	spinlock_t lock;
	bool dead;
	void *mem;
};

int dev_resume(struct dev_state *s, bool early)
{
	spin_lock(&s->lock);
	if (early)
		spin_unlock(&s->lock);
	s->mem = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	if (!early)
		spin_unlock(&s->lock);
	return s->mem ? 0 : -ENOMEM;
}
