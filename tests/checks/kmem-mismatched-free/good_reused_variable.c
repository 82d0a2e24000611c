// One variable, two allocators, each released before the next.
#include <linux/mm.h>

int twice(size_t size)
{
	void *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	kfree(p);
	p = vmalloc(size);
	if (!p)
		return -ENOMEM;
	vfree(p);
	return 0;
}
