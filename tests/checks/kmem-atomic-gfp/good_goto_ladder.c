#include <linux/slab.h>
#include <linux/spinlock.h>

int claim(spinlock_t *lock, int *owner, void **out)
{
	int ret = -EBUSY;

	spin_lock_irq(lock);
	if (*owner)
		goto unlock;
	*owner = 1;
	ret = 0;
unlock:
	spin_unlock_irq(lock);
	if (ret)
		goto out;
	*out = kmalloc(64, GFP_KERNEL);
	if (!*out)
		ret = -ENOMEM;
out:
	return ret;
}
