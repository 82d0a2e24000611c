// flags: -DSTUB_MAX_PAGE_ORDER=13
// The same 8 MiB that fail with the usual page order.
#include <linux/slab.h>

void *capture_buffer(void)
{
	return kmalloc(8 << 20, GFP_KERNEL);
}
