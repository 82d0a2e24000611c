#include <linux/slab.h>

void *just_too_much(void)
{
	return kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL); // expect: kmem-oversized-kmalloc
}
