// Two caches, one object.
#include <linux/slab.h>

static struct kmem_cache *node_cache, *leaf_cache;

struct node {
	struct node *next;
};

int caches_init(void)
{
	node_cache = kmem_cache_create("node", sizeof(struct node), 8, 0, NULL);
	leaf_cache = kmem_cache_create("leaf", 256, 8, 0, NULL);
	return node_cache && leaf_cache ? 0 : -ENOMEM;
}

void churn(void)
{
	struct node *node = kmem_cache_alloc(node_cache, GFP_KERNEL);

	if (node)
		kmem_cache_free(leaf_cache, node); // expect: kmem-mismatched-free
}
