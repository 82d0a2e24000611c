#ifndef KMEM_LINUX_DMA_MAPPING_H
#define KMEM_LINUX_DMA_MAPPING_H

#include <linux/device.h>
#include <linux/mm.h>

enum dma_data_direction { DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_NONE };

#define DMA_BIT_MASK(bits) ((bits) == 64 ? ~0ULL : (1ULL << ((bits) % 64)) - 1)
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)

static inline int dma_set_mask(struct device *device, u64 mask) {
  return kmem_native_dma_set_mask(&device->kmem, dev_name(device), mask, true, false);
}
static inline int dma_set_coherent_mask(struct device *device, u64 mask) {
  return kmem_native_dma_set_mask(&device->kmem, dev_name(device), mask, false, true);
}
static inline int dma_set_mask_and_coherent(struct device *device, u64 mask) {
  return kmem_native_dma_set_mask(&device->kmem, dev_name(device), mask, true, true);
}
static inline void *dma_alloc_coherent(struct device *device, size_t size, dma_addr_t *bus, gfp_t gfp) {
  uint64_t address = 0;
  void *memory = kmem_native_dma_alloc_coherent(&device->kmem, dev_name(device), size, &address, gfp);
  *bus = address;
  return memory;
}
static inline void dma_free_coherent(struct device *device, size_t size, void *memory, dma_addr_t bus) {
  kmem_native_dma_free_coherent(&device->kmem, dev_name(device), size, memory, bus);
}
static inline dma_addr_t dma_map_single(struct device *device, void *memory, size_t size,
                                        enum dma_data_direction direction) {
  return kmem_native_dma_map(&device->kmem, dev_name(device), memory, size);
}
static inline void dma_unmap_single(struct device *device, dma_addr_t bus, size_t size,
                                    enum dma_data_direction direction) {
  kmem_native_dma_unmap(&device->kmem, dev_name(device), bus, size);
}
static inline int dma_mapping_error(struct device *device, dma_addr_t bus) {
  return bus == DMA_MAPPING_ERROR ? -ENOMEM : 0;
}
static inline void dma_sync_single_for_cpu(struct device *device, dma_addr_t bus, size_t size,
                                           enum dma_data_direction direction) {}
static inline void dma_sync_single_for_device(struct device *device, dma_addr_t bus, size_t size,
                                              enum dma_data_direction direction) {}

#endif
