#ifndef KMEM_LINUX_DMAPOOL_H
#define KMEM_LINUX_DMAPOOL_H

#include <linux/device.h>

static inline struct dma_pool *dma_pool_create(const char *name, struct device *device, size_t size, size_t align,
                                               size_t boundary) {
  return kmem_native_dma_pool_create(&device->kmem, dev_name(device), name, size, align, boundary);
}
static inline void dma_pool_destroy(struct dma_pool *pool) { kmem_native_dma_pool_destroy(pool); }
static inline void *dma_pool_alloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *bus) {
  uint64_t address = 0;
  void *block = kmem_native_dma_pool_alloc(pool, gfp, &address);
  *bus = address;
  return block;
}
static inline void *dma_pool_zalloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *bus) {
  return dma_pool_alloc(pool, gfp | __GFP_ZERO, bus);
}
static inline void dma_pool_free(struct dma_pool *pool, void *block, dma_addr_t bus) {
  kmem_native_dma_pool_free(pool, block, bus);
}

#endif
