// The slab allocator of mm/slub.c: caches of equal objects in slabs of pages, with freelists inside the free objects,
// a slab and a partial list for each CPU and a partial list for each node. What a release or option changes follows
// from the profile: layout, hardening, randomisation, SLUB debug and its reports.
//
// Addresses given out are the simulated kernel's. A misuse is found exactly when the kernel finds it; what the kernel
// does not notice corrupts the freelist here as it does there. Reports that kill throw Death.
#pragma once

#include "runtime/alloc/kmem_cache.h"
#include "runtime/fault/oracle.h"
#include "runtime/kernel/kernel.h"

#include <memory>
#include <span>

namespace kmem::sim {

class PageAllocator;

class Slub {
public:
  Slub(Kernel &kernel, PageAllocator &pages, Oracle &oracle, uint64_t seed = 0);
  ~Slub();

  /// The SLAB_* numbers of this kernel.
  const SlabFlags flags;

  // Caches
  /// kmem_cache_create() and its variants; noCache after the kernel's message when it refuses. May be an existing
  /// cache that the new one was merged with.
  CacheId create(const CacheOptions &options);
  /// Without locks, checks and merging, as caches are made during boot (create_boot_cache()).
  CacheId createAtBoot(const CacheOptions &options);
  void destroy(CacheId cache);
  /// kmem_cache_shrink(): 0 when no slab is left.
  int shrink(CacheId cache);

  // Objects
  Address allocate(CacheId cache, Gfp gfp); ///< kmem_cache_alloc(); 0 on failure
  void free(CacheId cache, Address object); ///< kmem_cache_free()
  /// kmem_cache_alloc_bulk(): all of them, or 0 and none.
  unsigned allocateBulk(CacheId cache, Gfp gfp, std::span<Address> objects);
  void freeBulk(CacheId cache, std::span<const Address> objects);
  /// An allocation for `originalSize` bytes on behalf of kmalloc().
  Address allocateFor(CacheId cache, Gfp gfp, uint64_t originalSize);
  /// kfree() of an object in the slab whose first frame is `slab`.
  void freeIn(Pfn slab, Address object);

  // Questions
  const KmemCache &cache(CacheId cache) const;
  std::string_view nameOf(CacheId cache) const;
  /// Newest first, as the list slab_caches; noCache after the last.
  CacheId newest() const;
  CacheId named(std::string_view name) const;
  /// The cache whose slab contains `address`, or noCache.
  CacheId cacheOf(Address address) const;
  /// First frame of the slab that contains `address`.
  std::optional<Pfn> slabOf(Address address) const;
  const NodeSlabs &node(CacheId cache, unsigned node = 0) const;
  const CpuSlab &cpuSlab(CacheId cache, unsigned cpu) const;
  /// Objects handed out and not given back.
  uint64_t liveObjects(CacheId cache) const;
  /// What ksize() tells of an object in this cache.
  uint64_t usableSize(CacheId cache) const;

  struct State;
  const State &state() const;
  void restore(const State &state);

private:
  Kernel &kernel;
  PageAllocator &pages;
  Oracle &oracle;
  std::unique_ptr<State> current;
};

} // namespace kmem::sim
