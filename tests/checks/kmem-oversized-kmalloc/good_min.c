#include <linux/slab.h>

void *window(size_t wanted)
{
	size_t size = min_t(size_t, wanted, 64 << 10);

	return kmalloc(size, GFP_KERNEL);
}
