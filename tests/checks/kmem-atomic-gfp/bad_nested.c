// The inner lock is released, the outer one is still held.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct table {
	spinlock_t outer;
	rwlock_t inner;
	void *spare;
};

void table_refill(struct table *t)
{
	spin_lock_bh(&t->outer);
	write_lock(&t->inner);
	t->spare = NULL;
	write_unlock(&t->inner);
	t->spare = kmalloc(512, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock_bh(&t->outer);
}
