// A slab cache as plain data: what kmem_cache_create() was asked for, what the kernel computes from it (struct
// kmem_cache, mm/slab.h), and the parts that change with every allocation (struct kmem_cache_cpu and kmem_cache_node).
// Links between slabs are frame numbers plus one, 0 ends a list.
#pragma once

#include "runtime/alloc/slab_flags.h"
#include "runtime/kernel/layout.h"

#include <optional>
#include <string_view>

namespace kmem::sim {

using CacheId = uint32_t; ///< 0 is no cache
inline constexpr CacheId noCache = 0;

/// Names are cut to this many bytes, the final 0 included.
inline constexpr unsigned maxCacheName = 128;

/// The arguments of kmem_cache_create_usercopy(), and kmem_cache_args of 6.12.
struct CacheOptions {
  std::string_view name;
  uint32_t size = 0;
  uint32_t align = 0;
  SlabFlagWord flags = 0;
  uint32_t ctor = 0; ///< callback number, called with the object's address
  uint32_t userOffset = 0, userSize = 0;
  std::optional<uint32_t> freePointerOffset{}; ///< 6.12 only
};

struct SlabOrder {
  uint16_t order;
  uint16_t objects;
};

struct KmemCache {
  // Read by every allocation
  SlabFlagWord flags;
  uint32_t objectSize; ///< what the user may use
  uint32_t size;       ///< stride, with metadata
  uint32_t inUse;      ///< offset to metadata
  uint32_t offset;     ///< of the free pointer, from the object
  uint32_t ctor;
  uint32_t redLeftPad;
  uint32_t reciprocal; ///< for offset / size; see KmemCache::indexOf
  uint64_t random;     ///< key of a hardened freelist
  Address self;        ///< the object of struct kmem_cache
  // The rest
  uint32_t align;
  SlabOrder best, least; ///< s->oo and s->min
  uint32_t allocFlags;   ///< gfp of slab pages
  uint32_t minPartial;
  uint32_t cpuPartial;      ///< objects
  uint32_t cpuPartialSlabs; ///< the limit that counts
  int32_t references;       ///< creations that share it
  uint32_t userOffset, userSize;
  uint32_t kasanAllocMeta, kasanFreeMeta; ///< offsets; 0 is none for the first, UINT32_MAX for the second
  CacheId older, newer;                   ///< the list slab_caches, newest first
  bool boot;                              ///< never to be destroyed
  bool dying;

  bool has(SlabFlagWord flag) const { return (flags & flag) != 0; }
};

/// struct kmem_cache_cpu.
struct CpuSlab {
  uint64_t freelist; ///< next object to hand out, 0 when none
  uint32_t slab;
  uint32_t partial; ///< head of the per-CPU partial list
  uint32_t partialSlabs;
  uint32_t spare;
};

struct SlabList {
  uint32_t first, last;
};

/// struct kmem_cache_node.
struct NodeSlabs {
  SlabList partial, full; ///< full only with SLAB_STORE_USER
  uint64_t partialCount, slabCount, objectCount;
  Address self;
};

} // namespace kmem::sim
