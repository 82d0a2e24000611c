// Same signature, other table: only fast_ops is called under the lock.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct fast_ops {
	int (*run)(void *data);
};
struct slow_ops {
	int (*run)(void *data);
};

static int slow_run(void *data)
{
	*(void **)data = kmalloc(64, GFP_KERNEL);
	return 0;
}

static int fast_run(void *data)
{
	return data ? 0 : -EINVAL;
}

const struct slow_ops slow = { .run = slow_run };
const struct fast_ops fast = { .run = fast_run };

int call_fast(spinlock_t *lock, const struct fast_ops *ops, void *data)
{
	int ret;

	spin_lock(lock);
	ret = ops->run(data);
	spin_unlock(lock);
	return ret;
}

int call_slow(const struct slow_ops *ops, void *data)
{
	return ops->run(data);
}
