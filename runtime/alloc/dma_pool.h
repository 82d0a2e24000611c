// mm/dmapool.c: small blocks of coherent memory of one size, cut from pages that a device can reach and that stay with
// the pool until it is destroyed. Blocks do not cross `boundary`.
#pragma once

#include "runtime/alloc/dma_coherent.h"
#include "runtime/kernel/ordered_map.h"

namespace kmem::sim {

class Kmalloc;

using DmaPoolId = uint32_t; ///< 0 is NULL

struct DmaPool {
  DeviceId device;
  uint32_t size, boundary, allocation; ///< bytes of a block and of a page of blocks
  uint32_t blocks, active, pages;
  Address object;    ///< struct dma_pool in the slab
  Address freeBlock; ///< newest free block; a block holds the next one (6.12)
  char name[32];
};

struct DmaPoolPage {
  DmaPoolId pool;
  BusAddress bus;
  Address object;            ///< struct dma_page in the slab
  uint32_t inUse, firstFree; ///< 6.1 keeps a list of offsets in each page
};

class DmaPools {
public:
  DmaPools(Kernel &kernel, Kmalloc &kmalloc, DmaMemory &memory);

  /// 0 for sizes, alignments and boundaries that the kernel refuses.
  DmaPoolId create(std::string_view name, DeviceId device, uint64_t size, uint64_t align, uint64_t boundary);
  void destroy(DmaPoolId pool);
  CoherentMemory allocate(DmaPoolId pool, Gfp gfp);
  CoherentMemory zalloc(DmaPoolId pool, Gfp gfp);
  void free(DmaPoolId pool, CoherentMemory block);
  const DmaPool &operator[](DmaPoolId pool) const { return current.pools[pool]; }

  struct State {
    CowPool<DmaPool> pools;
    OrderedMap<DmaPoolPage> pages; ///< by address
    uint64_t registered = 0;       ///< pools of each device are listed in sysfs as long as there are any
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  Kernel &kernel;
  Kmalloc &kmalloc;
  DmaMemory &memory;
  State current;
};

} // namespace kmem::sim
