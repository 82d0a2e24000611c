#include <linux/spinlock.h>
#include <linux/uaccess.h>

struct knobs {
	spinlock_t lock;
	int values[8];
};

int knobs_set(struct knobs *k, const void __user *from)
{
	int ret;

	spin_lock(&k->lock);
	ret = copy_from_user(k->values, from, sizeof(k->values)) ? -EFAULT : 0; // expect: kmem-atomic-sleep
	spin_unlock(&k->lock);
	return ret;
}
