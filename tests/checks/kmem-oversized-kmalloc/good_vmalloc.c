// These two have no such limit.
#include <linux/mm.h>

void *capture_buffer(bool virtual)
{
	if (virtual)
		return vmalloc(64 << 20);
	return kvmalloc(8 << 20, GFP_KERNEL);
}
