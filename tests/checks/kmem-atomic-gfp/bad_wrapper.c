// The wrapper is innocent; the call that passes the constant is not.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct pool {
	spinlock_t lock;
	void *head;
};

static void *pool_object(size_t size, gfp_t gfp)
{
	if (size > 4096)
		return NULL;
	return kzalloc(size, gfp);
}

void pool_fill(struct pool *p)
{
	p->head = pool_object(64, GFP_KERNEL);
	spin_lock(&p->lock);
	p->head = pool_object(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(&p->lock);
}
