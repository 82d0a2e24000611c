#ifndef _STUB_DMA_MAPPING_H
#define _STUB_DMA_MAPPING_H
#include <linux/device.h>
#include <linux/gfp.h>

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp, unsigned long attrs);
void dma_free_attrs(struct device *dev, size_t size, void *vaddr, dma_addr_t handle, unsigned long attrs);
static inline void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp)
{
	return dma_alloc_attrs(dev, size, handle, gfp, 0);
}
static inline void dma_free_coherent(struct device *dev, size_t size, void *vaddr, dma_addr_t handle)
{
	dma_free_attrs(dev, size, vaddr, handle, 0);
}

#endif
