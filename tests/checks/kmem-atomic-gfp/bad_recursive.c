// The recursion keeps the lock of its first caller.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct dir {
	struct dir *child;
	void *extra;
};

static void dir_walk(struct dir *dir)
{
	if (dir->child)
		dir_walk(dir->child);
	dir->extra = kmalloc(32, GFP_KERNEL); // expect: kmem-atomic-gfp
}

void dir_update(spinlock_t *lock, struct dir *root)
{
	spin_lock(lock);
	dir_walk(root);
	spin_unlock(lock);
}
