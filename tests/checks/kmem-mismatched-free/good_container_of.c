// Back to the start of the object before it is freed; the first member is the start.
#include <linux/slab.h>

struct entry {
	struct list_head node;
	int key;
	struct rcu_head rcu;
};

int entry_test(struct list_head *list)
{
	struct entry *entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	struct rcu_head *head;

	if (!entry)
		return -ENOMEM;
	head = &entry->rcu;
	kfree(container_of(head, struct entry, rcu));

	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (entry)
		kfree(&entry->node);
	return 0;
}
