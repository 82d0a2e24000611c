#include <linux/slab.h>

void *card_buffer(bool narrow)
{
	gfp_t flags = GFP_KERNEL;

	if (narrow)
		flags |= GFP_DMA;
	return kmalloc(8192, flags | __GFP_ZERO);
}
