// The wrapper's flags come from callers that each pass something valid.
#include <linux/slab.h>

static void *object_new(gfp_t gfp)
{
	return kmalloc(64, gfp | __GFP_NOWARN);
}

void *first(void)
{
	return object_new(GFP_KERNEL | GFP_DMA);
}

void *second(bool atomic)
{
	return object_new(atomic ? GFP_ATOMIC : GFP_KERNEL);
}
