// Giving objects back: to the CPU's freelist when they come from its slab, otherwise to the slab's own list, which may
// move the slab between lists or free it.
#include "runtime/alloc/slub.h"
#include "runtime/alloc/slub_state.h"
#include "runtime/kernel/virt_to_page.h"

namespace kmem::sim {

namespace {

constexpr SiteByRelease notASlabSite{{"kmem_cache_free", "mm/slab.h", 630}, {"kmem_cache_free", "mm/slub.c", 4756}};
constexpr SiteByRelease wrongCacheSite{{"kmem_cache_free", "mm/slab.h", 665}, {"kmem_cache_free", "mm/slub.c", 4770}};
constexpr unsigned bulkLookAhead = 3;
constexpr Address freelistOffset = 0x20; // of struct slab

} // namespace

void Slub::free(CacheId id, Address object) {
  if (id == noCache) [[unlikely]] // s->cpu_slab of NULL, or a field that the checks look at before
    kernel.reports.badAccess(0, AccessKind::Read, {"kmem_cache_free", "mm/slub.c", 0});
  const CacheId owner = checkedCache(id, object);
  if (owner == noCache)
    return;
  const uint32_t slab = slabLinkOf(object, "kmem_cache_free");
  if (mayFree(owner, object))
    freeChain(owner, slab, {object, object, 1, "kmem_cache_free"});
}

/// virt_to_slab().
uint32_t Slub::slabLinkOf(Address object, const char *by) {
  const Pfn head = virtToHead(kernel, object, by);
  return kernel.memory.page(head).owner == PageOwner::Slab ? uint32_t(head + 1) : 0;
}

void Slub::freeIn(Pfn slab, Address object) {
  const CacheId owner = slabAt(slab).cache;
  std::optional<CallerScope> in; // up to 6.7 kfree() is itself the caller of what does the work
  if (sanitizer && !kernel.profile.release.atLeast(6, 8))
    in.emplace(kernel.symbols, "kfree");
  if (mayFree(owner, object))
    freeChain(owner, uint32_t(slab + 1), {object, object, 1, "kfree"});
}

void Slub::freeLate(Address object) {
  const Pfn slab = virtToHead(kernel, object, "___cache_free");
  freeChain(slabAt(slab).cache, uint32_t(slab + 1), {object, object, 1, "___cache_free"});
}

/// cache_from_obj(): only these configurations notice an object of another cache; the others trust the caller.
CacheId Slub::checkedCache(CacheId id, Address object) {
  if (!kernel.profile.slabFreelistHardened && !cache(id).has(flags.consistencyChecks))
    return id;
  const Release &release = kernel.profile.release;
  const Page &page = kernel.memory.page(virtToHead(kernel, object, "kmem_cache_free"));
  if (page.owner != PageOwner::Slab) {
    if (kernel.reports.firstTime(notASlabSite.in(release))) {
      kernel.console.print("virt_to_cache: Object is not a Slab page!");
      kernel.reports.warn(notASlabSite.in(release));
    }
    return noCache;
  }
  const CacheId owner = page.slab.cache;
  if (owner != id) {
    kernel.console.print("cache_from_obj: Wrong slab cache. " + std::string(nameOf(id)) + " but object is from " +
                         std::string(nameOf(owner)));
    kernel.reports.warn(wrongCacheSite.in(release));
    debug.printTracking(cache(owner), object);
  }
  return owner;
}

/// slab_free_hook(): false when somebody keeps the object.
bool Slub::mayFree(CacheId id, Address object) {
  if (!sanitizer && observers.empty())
    return true;
  const KmemCache &from = cache(id);
  for (FreeObserver *observer : observers)
    observer->aboutToFree(object, from.objectSize, !from.has(flags.debugObjects));
  if (!sanitizer)
    return true;
  return !sanitizer->slabPreFree(id, object) && !sanitizer->slabFree(id, object, from.has(flags.typesafeByRcu));
}

/// do_slab_free(). An object of no slab passes for one of the CPU's slab when the CPU has none.
void Slub::freeChain(CacheId id, uint32_t slabLink, Chain chain) {
  CpuSlab &cpu = cpuSlabForWrite(id);
  if (cpu.slab != slabLink) {
    freeSlowly(id, slabLink, chain);
    return;
  }
  setFreePointer(cache(id), chain.last, cpu.freelist, chain.by);
  cpu.freelist = chain.first;
}

/// __slab_free().
void Slub::freeSlowly(CacheId id, uint32_t slabLink, Chain chain) {
  if (!slabLink)
    kernel.reports.badAccess(freelistOffset, AccessKind::Read, {"__slab_free", "mm/slub.c", 0});
  const KmemCache &from = cache(id);
  const Pfn slab = slabLink - 1;
  if (from.has(flags.debug())) {
    freeDebugged(id, slab, chain);
    return;
  }
  const PageOfSlab before = slabAt(slab);
  const Address prior = before.freelist;
  setFreePointer(from, chain.last, prior);
  const uint16_t left = uint16_t(before.inUse - chain.count);
  auto update = [&] {
    PageOfSlab &at = slabForWrite(slab);
    at.freelist = chain.first;
    at.inUse = left;
  };
  if ((left && prior) || before.frozen) { // nothing to be moved
    update();
    return;
  }
  if (!prior) { // it was full, and on no list
    update();
    putCpuPartial(id, slab, true);
    return;
  }
  {
    LockScope lock(kernel, KernelLock::SlabNode, LockVariant::IrqSave);
    update();
    if (!before.onPartialList || node(id, nodeOf(slab)).partialCount < from.minPartial)
      return;
    removePartial(id, slab);
  }
  discardSlab(id, slab);
}

/// free_to_partial_list(): all of it under the node's lock.
void Slub::freeDebugged(CacheId id, Pfn slab, Chain chain) {
  bool isFree = false;
  {
    LockScope lock(kernel, KernelLock::SlabNode, LockVariant::IrqSave);
    if (debug.free(debugSlab(id, slab), chain.first, chain.last, chain.count, kernel.symbols.caller())) {
      const Address prior = slabAt(slab).freelist;
      setFreePointer(cache(id), chain.last, prior);
      PageOfSlab &at = slabForWrite(slab);
      at.inUse = uint16_t(at.inUse - chain.count);
      at.freelist = chain.first;
      isFree = at.inUse == 0 && node(id, nodeOf(slab)).partialCount >= cache(id).minPartial;
      if (!prior) {
        removeFull(id, slab);
        if (!isFree)
          addPartial(id, slab, true);
      } else if (isFree) {
        removePartial(id, slab);
      }
    }
    if (isFree)
      countSlab(id, slab, -1);
  }
  if (isFree)
    releaseSlab(id, slab);
}

/// kmem_cache_free_bulk(): objects of one slab at a time.
void Slub::freeBulk(CacheId id, std::span<Address> objects) {
  while (!objects.empty()) {
    Pfn slab = 0;
    Chain chain{};
    const size_t left = detachChain(id, objects, slab, chain);
    if (chain.count)
      freeChain(slabAt(slab).cache, uint32_t(slab + 1), chain);
    objects = objects.first(left);
  }
}

/// build_detached_freelist(): the last object, and others of its slab that are found by a short look ahead. The number
/// of objects that are left, at the beginning.
size_t Slub::detachChain(CacheId id, std::span<Address> objects, Pfn &slab, Chain &chain) {
  size_t size = objects.size() - 1;
  const Address last = objects[size];
  const CacheId owner = id == noCache ? cacheOf(last) : checkedCache(id, last);
  slab = virtToHead(kernel, last, "kmem_cache_free_bulk");
  if (owner == noCache)
    return size;
  chain = {0, 0, 0, "kmem_cache_free_bulk"};
  auto add = [&](Address object) {
    if (!mayFree(owner, object))
      return;
    setFreePointer(cache(owner), object, chain.first, chain.by);
    chain.first = object;
    if (!chain.count++)
      chain.last = object;
  };
  add(last);
  size_t same = size;
  for (unsigned lookAhead = bulkLookAhead; size;) {
    const Address object = objects[--size];
    if (virtToHead(kernel, object, "kmem_cache_free") == slab) {
      add(object);
      if (size != --same)
        std::swap(objects[size], objects[same]);
    } else if (!--lookAhead) {
      break;
    }
  }
  return same;
}

/// kmem_cache_alloc_bulk()
unsigned Slub::allocateBulk(CacheId id, Gfp gfp, std::span<Address> objects) {
  if (objects.empty() || !mayAllocate(id, cache(id), gfp))
    return 0;
  {
    // The slow path gives the lock back while it works; only that it is taken matters.
    const LockVariant variant = kernel.profile.release.atLeast(6, 2) ? LockVariant::IrqSave : LockVariant::Irq;
    LockScope lock(kernel, KernelLock::SlabCpu, variant);
  }
  for (size_t i = 0; i < objects.size(); ++i) {
    objects[i] = takeObject(id, gfp, cache(id).objectSize);
    if (!objects[i]) {
      giveBack(id, objects.first(i));
      return 0;
    }
  }
  for (const Address object : objects)
    finishAllocation(id, cache(id), gfp, object, cache(id).objectSize);
  return unsigned(objects.size());
}

/// __kmem_cache_free_bulk(): objects that nobody has seen yet.
void Slub::giveBack(CacheId id, std::span<const Address> objects) {
  for (const Address object : objects)
    freeChain(id, slabLinkOf(object, "__kmem_cache_free_bulk"), {object, object, 1, "__kmem_cache_free_bulk"});
}

} // namespace kmem::sim
