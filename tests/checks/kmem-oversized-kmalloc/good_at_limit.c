#include <linux/slab.h>

void *the_most(void)
{
	return kmalloc(KMALLOC_MAX_SIZE, GFP_KERNEL);
}

struct page *the_most_pages(void)
{
	return alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
}
