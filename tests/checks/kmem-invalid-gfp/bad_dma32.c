// There are no DMA32 kmalloc caches.
#include <linux/slab.h>

void *descriptor_new(void)
{
	return kzalloc(64, GFP_KERNEL | GFP_DMA32); // expect: kmem-invalid-gfp
}
