// flags: -DSTUB_MAX_PAGE_ORDER=8
// A tree with smaller blocks: here 1 MiB is the most.
#include <linux/slab.h>

void *two_megabytes(void)
{
	return kmalloc(2 << 20, GFP_KERNEL); // expect: kmem-oversized-kmalloc
}
