// The condition behind the error code is stored to before the code is tested.
#include <linux/slab.h>
#include <linux/spinlock.h>

void *claim(spinlock_t *lock, int *owner)
{
	int ret = -EBUSY;
	void *p = NULL;

	spin_lock(lock);
	if (*owner)
		goto busy;
	*owner = 1;
	ret = 0;
busy:
	if (!ret)
		p = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(lock);
	return p;
}
