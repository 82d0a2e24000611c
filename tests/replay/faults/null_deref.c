// The result is used before anyone looks at it.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct entry {
	int owner;
};
struct table {
	spinlock_t lock;
	struct entry *entry;
};

int table_add(struct table *table, int owner)
{
	struct entry *entry;

	spin_lock(&table->lock);
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	entry->owner = owner; // fault: kmem-fault-null-deref
	table->entry = entry;
	spin_unlock(&table->lock);
	return 0;
}
