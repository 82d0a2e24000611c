#include <linux/vmalloc.h>

void *card_buffer(bool narrow)
{
	gfp_t flags = GFP_KERNEL;

	if (narrow)
		flags |= GFP_DMA;
	return __vmalloc(8192, flags | __GFP_ZERO); // expect: kmem-invalid-gfp
}
