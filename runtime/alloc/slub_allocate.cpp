// Taking an object: the fast path from the CPU's freelist, then its slab, its partial list, the node's, a new slab.
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/slub.h"
#include "runtime/alloc/slub_state.h"

namespace kmem::sim {

namespace {

constexpr unsigned maxPartialToScan = 10000; // MAX_PARTIAL_TO_SCAN

std::string number(uint64_t value) { return std::to_string(value); }

} // namespace

Address Slub::allocate(CacheId id, Gfp gfp) {
  if (id == noCache) [[unlikely]] // s->object_size (s->flags in 6.1) of NULL
    kernel.reports.badAccess(0x2c, AccessKind::Read, {"kmem_cache_alloc", "mm/slub.c", 0});
  return allocateFor(id, gfp, cache(id).objectSize);
}

Address Slub::allocateFor(CacheId id, Gfp gfp, uint64_t originalSize) {
  const KmemCache &from = cache(id);
  if (!mayAllocate(id, from, gfp))
    return 0;
  CpuSlab &cpu = cpuSlabForWrite(id);
  const Address object = cpu.freelist;
  if (!object || !cpu.slab)
    return allocateSlowly(id, gfp, originalSize);
  cpu.freelist = freePointer(from, object);
  finishAllocation(id, from, gfp, object, originalSize);
  return object;
}

/// slab_pre_alloc_hook().
bool Slub::mayAllocate(CacheId id, const KmemCache &from, Gfp gfp) {
  kernel.context.mightAlloc(gfp);
  if (current->booting || id == current->cacheOfCaches || (gfp & kernel.profile.gfp.nofail))
    return true; // never injected (mm/failslab.c)
  return !oracle.decide(
      {.point = DecisionPoint::Slab, .gfp = gfp, .size = from.objectSize, .cacheMarked = from.has(flags.failslab)});
}

Address Slub::allocateSlowly(CacheId id, Gfp gfp, uint64_t originalSize) {
  const Address object = takeObject(id, gfp, originalSize);
  if (object)
    finishAllocation(id, cache(id), gfp, object, originalSize);
  return object;
}

/// __slab_alloc_node().
Address Slub::takeObject(CacheId id, Gfp gfp, uint64_t originalSize) {
  CpuSlab &cpu = cpuSlabForWrite(id);
  const Address object = cpu.freelist;
  if (!object || !cpu.slab) {
    kernel.context.preemptDisable();
    const Address slow = takeSlowly(id, gfp, originalSize);
    kernel.context.preemptEnable();
    return slow;
  }
  cpu.freelist = freePointer(cache(id), object);
  return object;
}

/// slab_post_alloc_hook().
void Slub::finishAllocation(CacheId id, const KmemCache &from, Gfp gfp, Address object, uint64_t originalSize) {
  if (sanitizer)
    sanitizer->slabAlloc(id, object, gfp);
  if (wantsZero(from, gfp)) {
    // Behind what was asked lies a red zone (6.12); 6.1 zeroes the class.
    const bool onlyAsked = kernel.profile.release.atLeast(6, 2) && layout.keepsOriginalSize(from);
    kernel.memory.fill(object, 0, onlyAsked ? originalSize : from.objectSize);
  }
}

/// slab_want_init_on_alloc().
bool Slub::wantsZero(const KmemCache &from, Gfp gfp) const {
  const bool asked = gfp & kernel.profile.gfp.zero;
  if (!kernel.profile.initOnAlloc)
    return asked;
  if (from.ctor)
    return false;
  return asked || !from.has(flags.typesafeByRcu | flags.poison);
}

/// ___slab_alloc(); preemption is off.
Address Slub::takeSlowly(CacheId id, Gfp gfp, uint64_t originalSize) {
  for (;;) {
    if (const Address object = takeFromCpuSlab(id, gfp))
      return object;
    if (const Address object = takeFromCpuPartial(id, gfp))
      return object;
    Address object = 0;
    if (const auto slab = takePartial(id, gfp, originalSize, object)) {
      if (cache(id).has(flags.debug()))
        return afterDebugAllocation(id, object);
      PageOfSlab &frozen = slabForWrite(*slab);
      const Address freelist = frozen.freelist;
      frozen.freelist = 0;
      frozen.inUse = frozen.objects;
      frozen.frozen = 1;
      return useSlab(id, *slab, freelist);
    }
    kernel.context.preemptEnable();
    const auto slab = newSlab(id, gfp);
    kernel.context.preemptDisable();
    if (!slab) {
      reportOutOfMemory(id, gfp);
      return 0;
    }
    if (cache(id).has(flags.debug())) {
      if ((object = takeSingleFromNew(id, *slab, originalSize)))
        return afterDebugAllocation(id, object);
      continue;
    }
    PageOfSlab &fresh = slabForWrite(*slab);
    const Address freelist = fresh.freelist;
    fresh.freelist = 0;
    fresh.inUse = fresh.objects;
    fresh.frozen = 1;
    countSlab(id, *slab, 1);
    if (!mayUseReserve(*slab, gfp)) { // who may not dig into reserves gets no more of this slab
      deactivate(id, *slab, freePointer(cache(id), freelist));
      return freelist;
    }
    return useSlab(id, *slab, freelist);
  }
}

Address Slub::takeFromCpuSlab(CacheId id, Gfp gfp) {
  const CpuSlab cpu = cpuSlabForWrite(id);
  if (!cpu.slab)
    return 0;
  const Pfn slab = cpu.slab - 1;
  Address abandoned = 0;
  {
    LockScope lock(kernel, KernelLock::SlabCpu, LockVariant::IrqSave);
    if (mayUseReserve(slab, gfp)) {
      if (cpu.freelist)
        return loadFreelist(id, cpu.freelist);
      PageOfSlab &at = slabForWrite(slab); // get_freelist(): what others freed meanwhile
      const Address freelist = at.freelist;
      at.freelist = 0;
      at.inUse = at.objects;
      at.frozen = freelist != 0;
      if (freelist)
        return loadFreelist(id, freelist);
      cpuSlabForWrite(id).slab = 0;
      return 0;
    }
    abandoned = cpu.freelist;
    CpuSlab &now = cpuSlabForWrite(id);
    now.slab = 0;
    now.freelist = 0;
  }
  deactivate(id, slab, abandoned);
  return 0;
}

Address Slub::takeFromCpuPartial(CacheId id, Gfp gfp) {
  while (const uint32_t link = cpuSlabForWrite(id).partial) {
    const Pfn slab = link - 1;
    {
      LockScope lock(kernel, KernelLock::SlabCpu, LockVariant::IrqSave);
      CpuSlab &cpu = cpuSlabForWrite(id);
      cpu.partial = slabAt(slab).partialNext;
      cpu.partialSlabs = cpu.partial ? cpu.partialSlabs - 1 : 0;
      if (mayUseReserve(slab, gfp)) {
        cpu.slab = link;
        PageOfSlab &at = slabForWrite(slab);
        const Address freelist = at.freelist;
        at.freelist = 0;
        at.inUse = at.objects;
        at.frozen = 1;
        at.partialNext = 0;
        return loadFreelist(id, freelist);
      }
    }
    slabForWrite(slab).partialNext = 0;
    putPartials(id, link);
  }
  return 0;
}

/// retry_load_slab: the slab becomes the CPU's.
Address Slub::useSlab(CacheId id, Pfn slab, Address freelist) {
  for (;;) {
    CpuSlab former;
    {
      LockScope lock(kernel, KernelLock::SlabCpu, LockVariant::IrqSave);
      CpuSlab &cpu = cpuSlabForWrite(id);
      former = cpu;
      cpu.freelist = 0;
      if (!former.slab) {
        cpu.slab = uint32_t(slab + 1);
        return loadFreelist(id, freelist);
      }
      cpu.slab = 0;
    }
    deactivate(id, former.slab - 1, former.freelist);
  }
}

/// load_freelist: its first object is taken, the rest is the CPU's.
Address Slub::loadFreelist(CacheId id, Address freelist) {
  const Address rest = freePointer(cache(id), freelist);
  cpuSlabForWrite(id).freelist = rest;
  return freelist;
}

Address Slub::afterDebugAllocation(CacheId id, Address object) {
  if (cache(id).has(flags.storeUser))
    debug.setTrack(cache(id), object, TrackItem::Alloc, kernel.symbols.caller());
  return object;
}

/// pfmemalloc_match(): a slab from the emergency reserves serves only those who may use them
/// (gfp_pfmemalloc_allowed()).
bool Slub::mayUseReserve(Pfn slab, Gfp gfp) const {
  if (!(kernel.memory.page(slab).pageFlags & PagePfmemalloc))
    return true;
  const GfpFlags &f = kernel.profile.gfp;
  if (gfp & f.nomemalloc)
    return false;
  if (gfp & f.memalloc)
    return true;
  return !kernel.context.inInterrupt() && (kernel.context.task().flags & PfMemalloc);
}

void Slub::reportOutOfMemory(CacheId id, Gfp gfp) {
  if (gfp & kernel.profile.gfp.nowarn)
    return;
  const KmemCache from = cache(id);
  const std::string name(nameOf(id));
  const std::string cpu =
      kernel.profile.release.atLeast(6, 12) ? " on CPU " + number(kernel.context.cpu()) + " (of node 0)" : "";
  kernel.console.print("SLUB: Unable to allocate memory" + cpu +
                       " on node -1, gfp=" + kernel.profile.gfp.describe(gfp));
  kernel.console.print("  cache: " + name + ", object size: " + number(from.objectSize) +
                       ", buffer size: " + number(from.size) + ", default order: " + number(from.best.order) +
                       ", min order: " + number(from.least.order));
  if (from.least.order > orderOf(from.objectSize))
    kernel.console.print("  " + name + " debugging increased min order, use slab_debug=O to disable.");
  for (unsigned n = 0; n < kernel.profile.nodes; ++n) {
    const NodeSlabs &at = node(id, n);
    uint64_t freeObjects = 0;
    unsigned scanned = 0;
    for (uint32_t link = at.partial.first; link && scanned < maxPartialToScan; ++scanned) {
      freeObjects += slabAt(link - 1).objects - slabAt(link - 1).inUse;
      link = slabAt(link - 1).next;
    }
    kernel.console.print("  node " + number(n) + ": slabs: " + number(at.slabCount) +
                         ", objs: " + number(at.objectCount) + ", free: " + number(freeObjects));
  }
}

} // namespace kmem::sim
