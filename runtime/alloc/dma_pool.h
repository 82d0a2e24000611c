// mm/dmapool.c: small blocks of coherent memory of one size, cut from pages that a device can reach and that stay with
// the pool until it is destroyed. Blocks do not cross `boundary`. From 6.12 on free blocks link each other through
// their own memory, in 6.1 each page has its list.
#pragma once

#include "runtime/alloc/dma_coherent.h"
#include "runtime/kernel/ordered_map.h"

namespace kmem::sim {

class Kmalloc;

using DmaPoolId = uint32_t; ///< 0 is NULL

struct DmaPool {
  DeviceId device;
  uint64_t size, boundary, allocation; ///< bytes of a block, its border, and of a page of blocks
  uint32_t blocks, active, pages;
  Address object;    ///< struct dma_pool in the slab
  Address freeBlock; ///< 6.12: the newest free block
  char name[32];
};

struct DmaPoolPage {
  DmaPoolId pool;
  BusAddress bus;
  Address object;            ///< struct dma_page in the slab
  uint32_t inUse, firstFree; ///< 6.1: blocks handed out, offset of the newest free one
  uint32_t number;           ///< in the order of their making
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
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  bool linksBlocks() const;
  bool addPage(DmaPoolId pool, Gfp gfp);
  void cutPage(DmaPoolId pool, CoherentMemory page);
  CoherentMemory takeLocked(DmaPoolId pool);
  Address pageWithFreeBlock(DmaPoolId pool) const;
  void report(const DmaPool &pool, const char *function, const std::string &text);

  Kernel &kernel;
  Kmalloc &kmalloc;
  DmaMemory &memory;
  LockId registration; ///< pools_reg_lock
  State current;
};

} // namespace kmem::sim
