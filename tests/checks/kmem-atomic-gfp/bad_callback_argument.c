// An iterator runs its callback under the lock.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct registry {
	spinlock_t lock;
	struct list_head items;
};

static int for_each_item(struct registry *r, int (*visit)(struct list_head *item, void *data), void *data)
{
	struct list_head *item;
	int ret = 0;

	spin_lock(&r->lock);
	for (item = r->items.next; item != &r->items && !ret; item = item->next)
		ret = visit(item, data);
	spin_unlock(&r->lock);
	return ret;
}

static int collect(struct list_head *item, void *data)
{
	*(void **)data = kmalloc(16, GFP_KERNEL); // expect: kmem-atomic-gfp
	return 0;
}

int registry_dump(struct registry *r, void **out)
{
	return for_each_item(r, collect, out);
}
