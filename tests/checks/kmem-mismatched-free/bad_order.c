#include <linux/gfp.h>

int dma_test(void)
{
	unsigned long block = __get_free_pages(GFP_KERNEL, 3);

	if (!block)
		return -ENOMEM;
	*(int *)block = 1;
	free_pages(block, 2); // expect: kmem-mismatched-free
	return 0;
}

int page_test(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	if (!page)
		return -ENOMEM;
	__free_page(page); // expect: kmem-mismatched-free
	return 0;
}
