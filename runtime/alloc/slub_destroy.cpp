// Shrinking and destroying caches.
#include "runtime/alloc/slub.h"
#include "runtime/alloc/slub_state.h"

#include <array>
#include <vector>

namespace kmem::sim {

namespace {

constexpr unsigned promoteMost = 32; // SHRINK_PROMOTE_MAX
constexpr SiteByRelease stillObjectsSite{{"kmem_cache_destroy", "mm/slab_common.c", 493},
                                         {"kmem_cache_destroy", "mm/slab_common.c", 548}};
constexpr SiteByRelease irqsOffSite{{"__kmem_cache_shutdown", "mm/slub.c", 4425},
                                    {"__kmem_cache_shutdown", "mm/slub.c", 5572}};

} // namespace

void Slub::destroy(CacheId id) {
  if (id == noCache || (sanitizer && !sanitizer->checkByte(cache(id).self)))
    return;
  if (kernel.profile.release.atLeast(6, 12))
    kernel.deferred.kvfreeRcuBarrier();
  bool stillUsed = false;
  {
    LockScope hotplug(kernel, KernelLock::CpuHotplug);
    LockScope lock(kernel, KernelLock::SlabMutex);
    if (--current->caches.write(id).references)
      return;
    if (sanitizer)
      sanitizer->cacheShutdown(id);
    stillUsed = !shutDown(id);
    if (stillUsed) {
      kernel.console.print("kmem_cache_destroy " + std::string(nameOf(id)) +
                           ": Slab cache still has objects when called from " +
                           kernel.symbols.nameOf(kernel.symbols.caller()));
      kernel.reports.warn(stillObjectsSite.in(kernel.profile.release));
    }
    // 6.1 keeps a cache with objects on its list.
    if (!stillUsed || kernel.profile.release.atLeast(6, 12))
      unlink(id);
  }
  if (stillUsed)
    return;
  if (cache(id).has(flags.typesafeByRcu))
    kernel.deferred.rcuBarrier(); // 6.1 leaves that and the rest to a worker
  forget(id);
}

/// __kmem_cache_shutdown(): false when objects remain.
bool Slub::shutDown(CacheId id) {
  flushAll(id);
  for (unsigned n = 0; n < kernel.profile.nodes; ++n) {
    freeEmptyPartials(id, n);
    if (node(id, n).partialCount || node(id, n).slabCount)
      return false;
  }
  return true;
}

/// free_partial(): slabs without objects go, the others are reported.
void Slub::freeEmptyPartials(CacheId id, unsigned nodeNumber) {
  if (kernel.context.irqsDisabled())
    kernel.reports.bug(irqsOffSite.in(kernel.profile.release));
  std::vector<Pfn> empty;
  {
    LockScope lock(kernel, KernelLock::SlabNode, LockVariant::Irq);
    for (uint32_t link = node(id, nodeNumber).partial.first, next; link; link = next) {
      next = slabAt(link - 1).next;
      if (slabAt(link - 1).inUse) {
        debug.reportRemainingObjects(debugSlab(id, link - 1));
        continue;
      }
      removePartial(id, link - 1);
      empty.push_back(link - 1);
    }
  }
  for (auto slab = empty.rbegin(); slab != empty.rend(); ++slab)
    discardSlab(id, *slab);
}

/// kmem_cache_release().
void Slub::forget(CacheId id) {
  for (unsigned n = 0; n < kernel.profile.nodes; ++n)
    if (const Address self = node(id, n).self) {
      free(current->cacheOfNodes, self);
      current->nodes.write(uint64_t(id) * kernel.profile.nodes + n) = {};
    }
  if (const Address self = cache(id).self)
    free(current->cacheOfCaches, self);
  current->caches.free(id);
}

int Slub::shrink(CacheId id) {
  if (sanitizer)
    sanitizer->cacheShrink(id);
  {
    LockScope hotplug(kernel, KernelLock::CpuHotplug);
    flushAll(id);
  }
  int left = 0;
  for (unsigned n = 0; n < kernel.profile.nodes; ++n) {
    sortPartials(id, n);
    left |= node(id, n).slabCount != 0;
  }
  return left;
}

/// __kmem_cache_do_shrink(): empty slabs go; the fullest come first, so that they fill up and leave the list.
void Slub::sortPartials(CacheId id, unsigned nodeNumber) {
  std::vector<Pfn> empty;
  std::array<std::vector<Pfn>, promoteMost> byFree;
  {
    LockScope lock(kernel, KernelLock::SlabNode, LockVariant::IrqSave);
    for (uint32_t link = node(id, nodeNumber).partial.first; link; link = slabAt(link - 1).next) {
      const PageOfSlab &at = slabAt(link - 1);
      const unsigned freeObjects = at.objects - at.inUse;
      if (freeObjects == at.objects)
        empty.push_back(link - 1);
      else if (freeObjects <= promoteMost)
        byFree[freeObjects - 1].push_back(link - 1);
    }
    for (const Pfn slab : empty) {
      removePartial(id, slab);
      countSlab(id, slab, -1);
    }
    for (auto promoted = byFree.rbegin(); promoted != byFree.rend(); ++promoted)
      for (const Pfn slab : *promoted) { // list_move() turns the order around
        removePartial(id, slab);
        addPartial(id, slab, false);
      }
  }
  for (auto slab = empty.rbegin(); slab != empty.rend(); ++slab)
    releaseSlab(id, *slab);
}

} // namespace kmem::sim
