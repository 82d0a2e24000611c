#include <linux/slab.h>

int image_alloc(void **slot, size_t bytes)
{
	*slot = kzalloc(bytes, GFP_KERNEL); // expect: kmem-unbounded-kmalloc
	return *slot ? 0 : -ENOMEM;
}
