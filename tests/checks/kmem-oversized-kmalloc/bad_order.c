// The page allocator has the same limit, as an order.
#include <linux/gfp.h>

struct page *huge_block(void)
{
	return alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER + 1); // expect: kmem-oversized-kmalloc
}

unsigned long huge_address(void)
{
	return __get_free_pages(GFP_KERNEL, 12); // expect: kmem-oversized-kmalloc
}
