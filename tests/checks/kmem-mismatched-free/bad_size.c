// Both sizes are constants, and they differ.
#include <linux/dma-mapping.h>
#include <linux/gfp.h>

int ring_test(struct device *dev)
{
	dma_addr_t handle;
	void *ring = dma_alloc_coherent(dev, 8192, &handle, GFP_KERNEL);

	if (!ring)
		return -ENOMEM;
	dma_free_coherent(dev, 4096, ring, handle); // expect: kmem-mismatched-free
	return 0;
}

int exact_test(void)
{
	void *pages = alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL);

	if (!pages)
		return -ENOMEM;
	free_pages_exact(pages, 2 * PAGE_SIZE); // expect: kmem-mismatched-free
	return 0;
}
