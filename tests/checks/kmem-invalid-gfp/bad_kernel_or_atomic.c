// Still sleeps, and digs into the reserves.
#include <linux/slab.h>

void *message_new(void)
{
	return kmalloc(64, GFP_KERNEL | GFP_ATOMIC); // expect: kmem-invalid-gfp
}
