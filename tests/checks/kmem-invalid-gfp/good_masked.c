// The wrapper takes away what slab memory cannot have.
#include <linux/slab.h>

static void *buffer_new(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp & ~(__GFP_HIGHMEM | __GFP_DMA32));
}

void *buffer(void)
{
	return buffer_new(128, GFP_HIGHUSER);
}
