// The cache comes from a field both times.
#include <linux/slab.h>

struct domain {
	struct kmem_cache *nodes;
	void *root;
};

int domain_init(struct domain *d)
{
	d->root = kmem_cache_zalloc(d->nodes, GFP_KERNEL);
	return d->root ? 0 : -ENOMEM;
}

void domain_release(struct domain *d)
{
	kmem_cache_free(d->nodes, d->root);
	d->root = NULL;
}
