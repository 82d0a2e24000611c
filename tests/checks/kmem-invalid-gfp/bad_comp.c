#include <linux/dma-mapping.h>
#include <linux/gfp.h>

void *coherent(struct device *dev, dma_addr_t *handle)
{
	return dma_alloc_coherent(dev, 8192, handle, GFP_KERNEL | __GFP_COMP); // expect: kmem-invalid-gfp
}

void *exact(void)
{
	return alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL | __GFP_COMP); // expect: kmem-invalid-gfp
}
