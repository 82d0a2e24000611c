// Everything the slab allocator remembers besides what is in struct page and in the objects themselves. Private to
// slub*.cpp.
#pragma once

#include "runtime/alloc/slub.h"
#include "runtime/kernel/cow_pool.h"

namespace kmem::sim {

struct CacheName {
  char text[maxCacheName];
};

struct Slub::State {
  CowPool<KmemCache> caches;
  CowArray<CacheName> names;      ///< by cache
  CowArray<CpuSlab> cpuSlabs;     ///< by cache * CPUs + CPU
  CowArray<NodeSlabs> nodes;      ///< by cache * nodes + node
  CowArray<uint16_t> randomOrder; ///< by cache << 15 + position: index of an object (CONFIG_SLAB_FREELIST_RANDOM)
  CacheId newest = noCache, oldest = noCache;
  CacheId cacheOfCaches = noCache, cacheOfNodes = noCache; ///< kmem_cache and kmem_cache_node
  uint64_t random = 0;                                     ///< of the generator
  bool up = false;                                         ///< slab_state >= UP
  bool booting = true;                                     ///< nothing fails on purpose yet
};

} // namespace kmem::sim
