// The iterator locks; only the callback that does not allocate goes through it.
#include <linux/slab.h>
#include <linux/spinlock.h>

static int locked_visit(spinlock_t *lock, int (*visit)(void *data), void *data)
{
	int ret;

	spin_lock(lock);
	ret = visit(data);
	spin_unlock(lock);
	return ret;
}

static int plain_visit(int (*visit)(void *data), void *data)
{
	return visit(data);
}

static int count_one(void *data)
{
	++*(int *)data;
	return 0;
}

static int copy_one(void *data)
{
	*(void **)data = kmalloc(16, GFP_KERNEL);
	return 0;
}

int walk(spinlock_t *lock, int *count, void **copy)
{
	locked_visit(lock, count_one, count);
	return plain_visit(copy_one, copy);
}
