#include <linux/slab.h>

void *frame_new(gfp_t gfp)
{
	return kmalloc(1500, gfp | __GFP_NOWARN);
}
