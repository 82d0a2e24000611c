// The wrapper adds a bit that its caller's flags do not go with.
#include <linux/slab.h>

static void *buffer_new(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_NOWARN);
}

void *low_buffer(void)
{
	return buffer_new(128, GFP_KERNEL | GFP_DMA32); // expect: kmem-invalid-gfp
}
