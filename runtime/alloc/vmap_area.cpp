// Taking and giving back vmalloc addresses: alloc_vmap_area() to the purge of what waits, with the bookkeeping objects
// in their slab caches and the locks around them.
#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/vmalloc.h"
#include "runtime/alloc/vmalloc_sites.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace sites = vmalloc_sites;

namespace {

constexpr uint64_t vmStructSize = 64;                // sizeof(struct vm_struct) on x86-64
constexpr unsigned ioremapMaxOrder = pageShift + 18; // IOREMAP_MAX_ORDER: PUD_SHIFT on x86-64

uint64_t alignUp(uint64_t value, uint64_t align) { return (value + align - 1) & ~(align - 1); }

/// GFP_RECLAIM_MASK (mm/internal.h).
Gfp reclaimMask(const GfpFlags &gfp) {
  return gfp.reclaim() | gfp.high | gfp.io | gfp.fs | gfp.nowarn | gfp.retryMayfail | gfp.nofail | gfp.noretry |
         gfp.memalloc | gfp.nomemalloc | gfp.atomic | gfp.nolockdep;
}

} // namespace

std::optional<VmArea> Vmalloc::getVmAreaNode(uint64_t size, uint64_t align, unsigned shift, uint64_t flags,
                                             Address start, Address end, Gfp gfp) {
  if (kernel.context.inInterrupt())
    kernel.reports.bug(sites::areaInInterrupt.in(kernel.profile.release));
  VmArea area{};
  area.requestedSize = size;
  size = alignUp(size, uint64_t(1) << shift);
  if (!size)
    return std::nullopt;
  if (flags & VmIoremap)
    align = uint64_t(1) << std::clamp(unsigned(std::bit_width(size - 1)), pageShift, ioremapMaxOrder);
  area.object = kmalloc.kzalloc(vmStructSize, gfp & reclaimMask(kernel.profile.gfp));
  if (!area.object)
    return std::nullopt;
  if (!(flags & VmNoGuard))
    size += pageSize;
  area.flags = flags;
  area.isVm = true;
  const auto made = allocateVmapArea(size, align, start, end, gfp, area);
  if (!made)
    kmalloc.kfree(area.object);
  else if (sanitizer && !(flags & VmAlloc))
    sanitizer->areaUnpoisoned(made->address, made->requestedSize);
  return made;
}

std::optional<VmArea> Vmalloc::allocateVmapArea(uint64_t size, uint64_t align, Address start, Address end, Gfp gfp,
                                                VmArea area) {
  const GfpFlags &flags = kernel.profile.gfp;
  gfp &= reclaimMask(flags);
  kernel.context.mightSleep(sites::allocVmapArea.in(kernel.profile.release));
  std::optional<Address> place;
  if (start == vmallocStart && end == vmallocEnd && current.space.nodes() > 1) {
    const unsigned node = kernel.context.cpu() % current.space.nodes();
    area.node = node + 1;
    if (const auto pooled = current.space.takePooled(node, size, align)) {
      place = pooled->start;
      area.range = pooled->object;
    }
  }
  if (!area.range)
    area.range = slub.allocate(vmapAreaCache, gfp);
  if (!area.range)
    return std::nullopt;
  for (bool purged = false; !place; purged = true) {
    preload(gfp);
    VmapSpace::Objects unused;
    {
      LockScope lock(kernel, KernelLock::VmapNode);
      place = current.space.take(size, align, start, end, current.spare.write(kernel.context.cpu()), unused);
    }
    freeUnused(unused);
    if (place || purged)
      break;
    reclaimAndPurge();
  }
  if (!place) {
    if (!(gfp & flags.nowarn))
      kernel.console.print(placeMissing(size, start, end));
    slub.free(vmapAreaCache, area.range);
    return std::nullopt;
  }
  area.address = *place;
  area.size = size;
  {
    LockScope lock(kernel, KernelLock::VmapNode);
    current.space.addBusy(area);
  }
  if (sanitizer)
    sanitizer->areaPopulated(area.address, size);
  return area;
}

std::string Vmalloc::placeMissing(uint64_t size, Address start, Address end) const {
  char text[160];
  if (release612())
    std::snprintf(text, sizeof text,
                  "vmalloc_node_range for size %lu failed: Address range restricted to 0x%lx - 0x%lx", size, start,
                  end);
  else
    std::snprintf(text, sizeof text, "vmap allocation for size %lu failed: use vmalloc=<size> to increase size", size);
  return text;
}

/// preload_this_cpu_lock(): a spare object in case that a free range splits in two.
void Vmalloc::preload(Gfp gfp) {
  const unsigned cpu = kernel.context.cpu();
  if (current.spare[cpu])
    return;
  const Address object = slub.allocate(vmapAreaCache, gfp);
  current.spare.write(cpu) = object;
}

void Vmalloc::freeUnused(const VmapSpace::Objects &objects) {
  for (const Address object : objects)
    if (object)
      slub.free(vmapAreaCache, object);
}

std::optional<VmArea> Vmalloc::findVmArea(Address address) const {
  const auto area = current.space.busyAt(address);
  return area && area->isVm ? area : std::nullopt;
}

/// remove_vm_area(): unmaps it and lets its addresses wait. 6.12 takes an area of vm_map_ram() out, too, and then knows
/// nothing of it.
std::optional<VmArea> Vmalloc::removeVmArea(Address address) {
  kernel.context.mightSleep(sites::removeVmArea.in(kernel.profile.release));
  if (release612() && (address & ~pageMask)) {
    kernel.console.print("Trying to vfree() bad address (" + kernel.reports.describePointer(address) + ")");
    kernel.reports.warn(sites::badAddress.in(kernel.profile.release));
    return std::nullopt;
  }
  std::optional<VmArea> area;
  {
    LockScope lock(kernel, KernelLock::VmapNode);
    area = current.space.busyAt(address);
    if (area && (area->isVm || release612()))
      current.space.removeBusy(area->address);
  }
  if (!area || !area->isVm)
    return std::nullopt;
  if (sanitizer)
    sanitizer->areaPoisoned(area->address, area->mappedEnd() - area->address);
  freeUnmap(*area);
  return area;
}

/// free_unmap_vmap_area().
void Vmalloc::freeUnmap(const VmArea &area) {
  unmapRange(area.address, area.size);
  freeNoFlush(area);
}

void Vmalloc::freeNoFlush(const VmArea &area) {
  const unsigned node = area.node ? area.node - 1 : current.space.nodeOf(area.address);
  VmapSpace::Objects unused;
  {
    LockScope lock(kernel, KernelLock::VmapNode);
    current.space.addLazy({area.address, area.size, area.range}, node, area.node != 0, unused);
  }
  freeUnused(unused);
  if (current.space.lazyPages() > lazyMaxPages())
    kernel.deferred.queueWork(drainWork);
}

uint64_t Vmalloc::lazyMaxPages() const {
  return std::bit_width(kernel.profile.cpus) * ((uint64_t(32) << 20) >> pageShift);
}

/// reclaim_and_purge_vmap_areas(), purge_vmap_area_lazy() in 6.1.
void Vmalloc::reclaimAndPurge() {
  LockScope lock(kernel, KernelLock::VmapPurge);
  purgeFragmentedBlocks();
  purgeLazily(true);
}

/// drain_vmap_area_work().
void Vmalloc::drain() {
  LockScope lock(kernel, KernelLock::VmapPurge);
  purgeLazily(false);
}

void Vmalloc::purgeLazily(bool toFree) {
  VmapSpace::Objects unused;
  {
    LockScope lock(kernel, KernelLock::VmapNode);
    current.space.purgeLazy(toFree, unused);
  }
  freeUnused(unused);
}

void Vmalloc::vmUnmapAliases() {
  if (!release612())
    kernel.context.mightSleep(sites::unmapAliases.in(kernel.profile.release));
  LockScope lock(kernel, KernelLock::VmapPurge);
  purgeFragmentedBlocks();
  purgeLazily(false);
}

Address Vmalloc::getVmArea(uint64_t size, uint64_t flags) {
  const auto area = getVmAreaNode(size, 1, pageShift, flags, vmallocStart, vmallocEnd, kernel.profile.gfp.kernel());
  return area ? area->address : 0;
}

void Vmalloc::freeVmArea(Address address) {
  const auto area = removeVmArea(address);
  if (!area || area->address != address)
    kernel.reports.bug(sites::freeVmArea.in(kernel.profile.release));
  kmalloc.kfree(area->object);
}

/// pcpu_get_vm_areas() for one group: the highest place below VMALLOC_END.
Address Vmalloc::getPercpuArea(uint64_t size, uint64_t align) {
  const GfpFlags &flags = kernel.profile.gfp;
  VmArea area{};
  area.range = slub.allocate(vmapAreaCache, flags.kernel() | flags.zero);
  area.object = kmalloc.kzalloc(vmStructSize, flags.kernel());
  std::optional<Address> place;
  VmapSpace::Objects unused;
  if (area.range && area.object) {
    LockScope lock(kernel, KernelLock::VmapNode);
    place = current.space.highestFree(size, align, vmallocEnd & ~(align - 1));
    if (place)
      current.space.takeExactly(*place, size, current.spare.write(kernel.context.cpu()), unused);
  }
  freeUnused(unused);
  if (!place) {
    freeUnused({area.range});
    kmalloc.kfree(area.object);
    return 0;
  }
  area.address = *place;
  area.size = area.requestedSize = size;
  area.flags = VmAlloc | VmNoGuard;
  area.isVm = true;
  if (sanitizer) {
    sanitizer->areaPopulated(area.address, size);
    sanitizer->areaUnpoisoned(area.address, size);
  }
  LockScope lock(kernel, KernelLock::VmapNode);
  current.space.addBusy(area);
  return area.address;
}

} // namespace kmem::sim
