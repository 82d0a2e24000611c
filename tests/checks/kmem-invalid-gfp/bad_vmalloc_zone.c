#include <linux/vmalloc.h>

void *dma_table(unsigned long size)
{
	return __vmalloc(size, GFP_KERNEL | GFP_DMA32); // expect: kmem-invalid-gfp
}
