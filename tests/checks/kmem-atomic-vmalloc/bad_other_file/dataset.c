#include <linux/vmalloc.h>

void dataset_free(void *set)
{
	if (set)
		vfree(set); // expect: kmem-atomic-vmalloc
}
