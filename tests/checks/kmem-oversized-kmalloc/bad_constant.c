#include <linux/slab.h>

void *capture_buffer(void)
{
	return kmalloc(8 << 20, GFP_KERNEL); // expect: kmem-oversized-kmalloc
}
