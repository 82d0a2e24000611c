// Where partly used slabs wait: the list of their node and the lists of the CPUs.
#include "runtime/alloc/slub.h"
#include "runtime/alloc/slub_state.h"

namespace kmem::sim {

namespace {

uint32_t linkTo(Pfn slab) { return uint32_t(slab + 1); }

} // namespace

/// __add_partial(); the node's list_lock is held, or nobody knows the slab yet.
void Slub::addPartial(CacheId id, Pfn slab, bool atTail) {
  NodeSlabs &node = nodeForWrite(id, slab);
  const uint32_t neighbour = atTail ? node.partial.last : node.partial.first;
  PageOfSlab &added = slabForWrite(slab);
  added.next = atTail ? 0 : neighbour;
  added.previous = atTail ? neighbour : 0;
  added.onPartialList = 1;
  (atTail ? node.partial.last : node.partial.first) = linkTo(slab);
  if (!neighbour)
    (atTail ? node.partial.first : node.partial.last) = linkTo(slab);
  else if (atTail)
    slabForWrite(neighbour - 1).next = linkTo(slab);
  else
    slabForWrite(neighbour - 1).previous = linkTo(slab);
  ++node.partialCount;
}

void Slub::removePartial(CacheId id, Pfn slab) {
  NodeSlabs &node = nodeForWrite(id, slab);
  takeOff(node.partial, slab);
  slabForWrite(slab).onPartialList = 0;
  --node.partialCount;
}

void Slub::takeOff(SlabList &list, Pfn slab) {
  PageOfSlab &removed = slabForWrite(slab);
  const uint32_t next = removed.next, previous = removed.previous;
  removed.next = removed.previous = 0;
  (previous ? slabForWrite(previous - 1).next : list.first) = next;
  (next ? slabForWrite(next - 1).previous : list.last) = previous;
}

/// add_full(): full slabs are listed only to print who uses them.
void Slub::addFull(CacheId id, Pfn slab) {
  if (!cache(id).has(flags.storeUser))
    return;
  SlabList &full = nodeForWrite(id, slab).full;
  slabForWrite(slab).previous = 0;
  slabForWrite(slab).next = full.first;
  if (full.first)
    slabForWrite(full.first - 1).previous = linkTo(slab);
  else
    full.last = linkTo(slab);
  full.first = linkTo(slab);
}

void Slub::removeFull(CacheId id, Pfn slab) {
  if (cache(id).has(flags.storeUser))
    takeOff(nodeForWrite(id, slab).full, slab);
}

void Slub::countSlab(CacheId id, Pfn slab, int sign) {
  NodeSlabs &node = nodeForWrite(id, slab);
  node.slabCount += uint64_t(int64_t(sign));
  node.objectCount += uint64_t(int64_t(sign) * slabAt(slab).objects);
}

/// get_partial(): a slab of this CPU's node, or of another that has more than it needs. Of a debugged cache a single
/// object is taken, into `object`, and the slab stays where it is.
std::optional<Pfn> Slub::takePartial(CacheId id, Gfp gfp, uint64_t originalSize, Address &object) {
  // CPUs are spread over the nodes as for the page allocator.
  const unsigned own = kernel.context.cpu() * kernel.profile.nodes / kernel.profile.cpus;
  if (auto slab = takePartialOf(id, own, gfp, originalSize, object))
    return slab;
  for (unsigned n = 0; n < kernel.profile.nodes; ++n)
    if (n != own && node(id, n).partialCount > cache(id).minPartial)
      if (auto slab = takePartialOf(id, n, gfp, originalSize, object))
        return slab;
  return std::nullopt;
}

/// get_partial_node(). Further slabs go to the CPU's partial list, up to half of what it may hold.
std::optional<Pfn> Slub::takePartialOf(CacheId id, unsigned nodeNumber, Gfp gfp, uint64_t originalSize,
                                       Address &object) {
  if (!node(id, nodeNumber).partialCount)
    return std::nullopt;
  const KmemCache from = cache(id);
  std::optional<Pfn> taken;
  unsigned further = 0;
  LockScope lock(kernel, KernelLock::SlabNode, LockVariant::IrqSave);
  for (uint32_t link = node(id, nodeNumber).partial.first, next; link; link = next) {
    const Pfn slab = link - 1;
    next = slabAt(slab).next;
    if (!mayUseReserve(slab, gfp))
      continue;
    if (from.has(flags.debug())) {
      if ((object = takeSingle(id, slab, originalSize)))
        return slab;
      continue;
    }
    removePartial(id, slab);
    if (!taken) {
      taken = slab;
      if (from.cpuPartialSlabs == 0)
        break;
      continue;
    }
    putCpuPartial(id, slab, false);
    if (++further > from.cpuPartialSlabs / 2)
      break;
  }
  return taken;
}

/// alloc_single_from_partial().
Address Slub::takeSingle(CacheId id, Pfn slab, uint64_t originalSize) {
  const Address object = slabAt(slab).freelist;
  const Address next = freePointer(cache(id), object);
  PageOfSlab &at = slabForWrite(slab);
  at.freelist = next;
  ++at.inUse;
  if (!debug.allocate(debugSlab(id, slab), object, originalSize)) {
    removePartial(id, slab);
    return 0;
  }
  if (slabAt(slab).inUse == slabAt(slab).objects) {
    removePartial(id, slab);
    addFull(id, slab);
  }
  return object;
}

/// alloc_single_from_new_slab().
Address Slub::takeSingleFromNew(CacheId id, Pfn slab, uint64_t originalSize) {
  const Address object = slabAt(slab).freelist;
  const Address next = freePointer(cache(id), object);
  PageOfSlab &at = slabForWrite(slab);
  at.freelist = next;
  at.inUse = 1;
  if (!debug.allocate(debugSlab(id, slab), object, originalSize))
    return 0;
  LockScope lock(kernel, KernelLock::SlabNode, LockVariant::IrqSave);
  if (slabAt(slab).inUse == slabAt(slab).objects)
    addFull(id, slab);
  else
    addPartial(id, slab, false);
  countSlab(id, slab, 1);
  return object;
}

/// put_cpu_partial(). `drain`: a full list goes to the node first.
void Slub::putCpuPartial(CacheId id, Pfn slab, bool drain) {
  uint32_t toNode = 0;
  {
    LockScope lock(kernel, KernelLock::SlabCpu, LockVariant::IrqSave);
    CpuSlab &cpu = cpuSlabForWrite(id);
    if (drain && cpu.partial && cpu.partialSlabs >= cache(id).cpuPartialSlabs) {
      toNode = cpu.partial;
      cpu.partial = 0;
      cpu.partialSlabs = 0;
    }
    PageOfSlab &added = slabForWrite(slab);
    added.partialNext = cpu.partial;
    added.frozen = partialsAreFrozen;
    cpu.partial = linkTo(slab);
    ++cpu.partialSlabs;
  }
  if (toNode)
    putPartials(id, toNode);
}

/// __put_partials(), __unfreeze_partials() in 6.1: a CPU's list goes to the nodes; what the nodes do not need is freed.
void Slub::putPartials(CacheId id, uint32_t firstLink) {
  uint32_t toDiscard = 0;
  {
    LockScope lock(kernel, KernelLock::SlabNode, LockVariant::IrqSave);
    for (uint32_t link = firstLink, next; link; link = next) {
      PageOfSlab &slab = slabForWrite(link - 1);
      next = slab.partialNext;
      slab.partialNext = 0;
      slab.frozen = 0;
      if (!slab.inUse && node(id, nodeOf(link - 1)).partialCount >= cache(id).minPartial) {
        slab.partialNext = toDiscard;
        toDiscard = link;
      } else {
        addPartial(id, link - 1, true);
      }
    }
  }
  for (uint32_t link = toDiscard, next; link; link = next) {
    next = slabAt(link - 1).partialNext;
    discardSlab(id, link - 1);
  }
}

/// deactivate_slab(): the CPU gives its slab back, with the objects of its freelist.
void Slub::deactivate(CacheId id, Pfn slab, Address freelist) {
  const KmemCache from = cache(id);
  const bool atTail = slabAt(slab).freelist != 0; // others freed into it: it is not that hot
  unsigned given = 0;
  Address last = 0;
  for (Address at = freelist; at;) {
    const Address next = freePointer(from, at);
    if (from.has(flags.consistencyChecks) && debug.isFreelistCorrupt(debugSlab(id, slab), at, next))
      break;
    last = at;
    if (++given > maxObjectsPerSlab) // the list bites its own tail: the kernel never returns
      throw Death{DeathKind::Hang};
    at = next;
  }
  if (last)
    setFreePointer(from, last, slabAt(slab).freelist, "deactivate_slab");
  PageOfSlab &at = slabForWrite(slab);
  at.frozen = 0;
  if (last) {
    at.inUse = uint16_t(at.inUse - given);
    at.freelist = freelist;
  }
  if (!at.inUse && node(id, nodeOf(slab)).partialCount >= from.minPartial) {
    discardSlab(id, slab);
  } else if (at.freelist) {
    LockScope lock(kernel, KernelLock::SlabNode, LockVariant::IrqSave);
    addPartial(id, slab, atTail);
  }
}

/// flush_cpu_slab() on one CPU.
void Slub::flushCpu(CacheId id, unsigned cpu) {
  const uint64_t index = uint64_t(id) * kernel.profile.cpus + cpu;
  const CpuSlab former = current->cpuSlabs.read(index);
  if (!former.slab && !former.partial)
    return;
  current->cpuSlabs.write(index) = {};
  if (former.slab)
    deactivate(id, former.slab - 1, former.freelist);
  if (former.partial)
    putPartials(id, former.partial);
}

void Slub::flushAll(CacheId id) {
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    flushCpu(id, cpu);
}

} // namespace kmem::sim
