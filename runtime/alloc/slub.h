// The slab allocator of mm/slub.c: caches of equal objects in slabs of pages, with freelists inside the free objects,
// a slab and a partial list for each CPU and a partial list for each node. What a release or option changes follows
// from the profile: layout, hardening, randomisation, SLUB debug and its reports.
//
// Addresses given out are the simulated kernel's. A misuse is found exactly when the kernel finds it; what the kernel
// does not notice corrupts the freelist here as it does there. Reports that kill throw Death.
#pragma once

#include "runtime/alloc/free_observer.h"
#include "runtime/alloc/kmem_cache_layout.h"
#include "runtime/alloc/slab_debug.h"
#include "runtime/alloc/slab_sanitizer.h"
#include "runtime/fault/oracle.h"
#include "runtime/kernel/kernel.h"

#include <functional>
#include <memory>
#include <span>
#include <vector>

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
  /// Without locks, checks and merging, as caches are made during boot (create_boot_cache()). A negative number of
  /// references keeps others from being merged with it.
  CacheId createAtBoot(const CacheOptions &options, int32_t references);
  void finishKmalloc(); ///< slab_state becomes UP
  void finishBoot();    ///< from now on the oracle is asked
  void destroy(CacheId cache);
  /// kmem_cache_shrink(): 0 when no slab is left.
  int shrink(CacheId cache);

  // Objects
  Address allocate(CacheId cache, Gfp gfp); ///< kmem_cache_alloc(); 0 on failure
  void free(CacheId cache, Address object); ///< kmem_cache_free()
  /// kmem_cache_alloc_bulk(): all of them, or 0 and none.
  unsigned allocateBulk(CacheId cache, Gfp gfp, std::span<Address> objects);
  /// kmem_cache_free_bulk(); the order of `objects` changes as in the kernel.
  void freeBulk(CacheId cache, std::span<Address> objects);
  /// An allocation for `originalSize` bytes on behalf of kmalloc().
  Address allocateFor(CacheId cache, Gfp gfp, uint64_t originalSize);
  /// kfree() of an object in the slab whose first frame is `slab`.
  void freeIn(Pfn slab, Address object);
  /// The end of a free that was put off (KASAN's quarantine): no checks any more.
  void freeLate(Address object);

  // Questions
  const KmemCache &cache(CacheId cache) const;
  std::string_view nameOf(CacheId cache) const;
  /// The list slab_caches, newest first, is newest(), cache(newest()).older, ...
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
  /// The object whose slot contains `address`, 0 when it is in none.
  Address objectAt(Address address) const;
  /// The free objects of a slab as far as its freelists are sound: for pictures.
  std::vector<Address> freeObjectsOf(Pfn slab) const;
  /// slab_ksize(): the bytes ksize() tells of an object in this cache.
  uint64_t usableSize(CacheId cache) const;
  /// What was asked of kmalloc(), where slub_debug=U keeps it; else the size of the class.
  uint64_t originalSize(Address object) const;
  /// skip_orig_size_check(): who asks ksize() may use all of it.
  void forgetOriginalSize(Address object);

  /// Who looks at objects as they come and go; not part of the state, outlives the allocator.
  void setSanitizer(SlabSanitizer *newSanitizer) { sanitizer = newSanitizer; }
  /// Who runs the callbacks that constructors are, if not Deferred.
  void setCallbackRunner(std::function<void(uint32_t callback, uint64_t argument)> runner) { runCallback = runner; }
  SlabSanitizer *slabSanitizer() const { return sanitizer; }
  void addFreeObserver(FreeObserver *observer) { observers.push_back(observer); }

  struct State;
  const State &state() const;
  void restore(const State &state);

private:
  /// A chain of free objects of one slab.
  struct Chain {
    Address first, last;
    unsigned count;
    const char *by; ///< the function that frees, for reports
  };
  Kernel &kernel;
  PageAllocator &pages;
  Oracle &oracle;
  const KmemCacheLayout layout;
  SlabDebug debug;
  SlabSanitizer *sanitizer = nullptr;
  std::vector<FreeObserver *> observers;
  std::function<void(uint32_t, uint64_t)> runCallback;
  const CallbackId freeSlabCallback;
  /// Since 6.8 slabs of a per-CPU partial list are not frozen.
  const bool partialsAreFrozen;
  std::unique_ptr<State> current;

  // Allocation (slub_allocate.cpp)
  bool mayAllocate(CacheId cache, const KmemCache &from, Gfp gfp);
  Address allocateSlowly(CacheId cache, Gfp gfp, uint64_t originalSize);
  bool wantsZero(const KmemCache &from, Gfp gfp) const;
  Address takeObject(CacheId cache, Gfp gfp, uint64_t originalSize);
  Address takeSlowly(CacheId cache, Gfp gfp, uint64_t originalSize);
  Address loadFreelist(CacheId cache, Address freelist);
  Address takeFromCpuSlab(CacheId cache, Gfp gfp);
  Address takeFromCpuPartial(CacheId cache, Gfp gfp);
  Address useSlab(CacheId cache, Pfn slab, Address freelist);
  void finishAllocation(CacheId cache, const KmemCache &from, Gfp gfp, Address object, uint64_t originalSize);
  Address afterDebugAllocation(CacheId cache, Address object);
  void reportOutOfMemory(CacheId cache, Gfp gfp);

  // Freeing (slub_free.cpp)
  CacheId checkedCache(CacheId cache, Address object);
  bool mayFree(CacheId cache, Address object);
  /// `slabLink` is 0 for an object that is in no slab.
  void freeChain(CacheId cache, uint32_t slabLink, Chain chain);
  void freeSlowly(CacheId cache, uint32_t slabLink, Chain chain);
  uint32_t slabLinkOf(Address object, const char *by);
  void freeDebugged(CacheId cache, Pfn slab, Chain chain);
  size_t detachChain(CacheId cache, std::span<Address> objects, Pfn &slab, Chain &chain);
  void giveBack(CacheId cache, std::span<const Address> objects);

  // Slabs (slub_slabs.cpp)
  std::optional<Pfn> newSlab(CacheId cache, Gfp gfp);
  std::optional<Pfn> allocatePages(const KmemCache &cache, Gfp gfp, SlabOrder &got);
  void makeFreelist(CacheId cache, Pfn slab);
  Address setUpObject(CacheId id, const KmemCache &cache, Address object);
  void construct(uint32_t callback, Address object);
  void freePages(Pfn slab);
  void discardSlab(CacheId cache, Pfn slab);
  void releaseSlab(CacheId cache, Pfn slab);
  void shuffle(CacheId cache);
  uint64_t random();

  // Lists (slub_lists.cpp)
  void addPartial(CacheId cache, Pfn slab, bool atTail);
  void removePartial(CacheId cache, Pfn slab);
  void addFull(CacheId cache, Pfn slab);
  void removeFull(CacheId cache, Pfn slab);
  void countSlab(CacheId cache, Pfn slab, int sign);
  void takeOff(SlabList &list, Pfn slab);
  std::optional<Pfn> takePartial(CacheId cache, Gfp gfp, uint64_t originalSize, Address &object);
  std::optional<Pfn> takePartialOf(CacheId cache, unsigned node, Gfp gfp, uint64_t originalSize, Address &object);
  Address takeSingle(CacheId cache, Pfn slab, uint64_t originalSize);
  Address takeSingleFromNew(CacheId cache, Pfn slab, uint64_t originalSize);
  void putCpuPartial(CacheId cache, Pfn slab, bool drain);
  void putPartials(CacheId cache, uint32_t firstLink);
  void deactivate(CacheId cache, Pfn slab, Address freelist);
  void flushCpu(CacheId cache, unsigned cpu);
  void flushAll(CacheId cache);
  bool mayUseReserve(Pfn slab, Gfp gfp) const;

  // Caches (slub_caches.cpp, slub_destroy.cpp)
  void makeFirstCaches();
  CacheId createLocked(CacheOptions options, int &error);
  CacheId makeAndList(const CacheOptions &options, int &error);
  CacheId makeCache(const CacheOptions &options, bool atBoot);
  uint32_t bootAlign(const CacheOptions &options) const;
  bool makeNodes(CacheId cache);
  bool isSane(const CacheOptions &options);
  bool hasUserRegions() const;
  void checkUserRegion(CacheOptions &options);
  CacheId findMergeable(const CacheOptions &options) const;
  bool isUnmergeable(const KmemCache &cache) const;
  void link(CacheId cache);
  void unlink(CacheId cache);
  bool shutDown(CacheId cache);
  void forget(CacheId cache);
  void freeEmptyPartials(CacheId cache, unsigned node);
  void sortPartials(CacheId cache, unsigned node);

  // Small things
  CpuSlab &cpuSlabForWrite(CacheId cache);
  NodeSlabs &nodeForWrite(CacheId cache, Pfn slab);
  unsigned nodeOf(Pfn slab) const;
  PageOfSlab &slabForWrite(Pfn slab);
  const PageOfSlab &slabAt(Pfn slab) const;
  Address freePointer(const KmemCache &cache, Address object) const;
  void setFreePointer(const KmemCache &cache, Address object, Address next, const char *by = "__slab_free");
  DebugSlab debugSlab(CacheId cache, Pfn slab) const;
};

} // namespace kmem::sim
