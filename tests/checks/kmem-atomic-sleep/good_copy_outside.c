#include <linux/spinlock.h>
#include <linux/uaccess.h>

int value_set(spinlock_t *lock, int *value, const void __user *from)
{
	int fresh;

	if (copy_from_user(&fresh, from, sizeof(fresh)))
		return -EFAULT;
	spin_lock(lock);
	*value = fresh;
	spin_unlock(lock);
	return 0;
}
