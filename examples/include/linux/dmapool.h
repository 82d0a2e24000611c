#ifndef _STUB_DMAPOOL_H
#define _STUB_DMAPOOL_H
#include <linux/gfp.h>

struct dma_pool;
void *dma_pool_alloc(struct dma_pool *pool, gfp_t flags, dma_addr_t *handle);
void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t addr);

#endif
