// vmap() and vm_map_ram(): frames that belong to somebody else, at vmalloc addresses; and the page-table side of all
// areas.
#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/vmalloc.h"
#include "runtime/alloc/vmalloc_sites.h"

namespace kmem::sim {

namespace sites = vmalloc_sites;

namespace {

constexpr int enomem = -12, ebusy = -16, einval = -22;
constexpr unsigned maxBlockAllocation = 64; // VMAP_MAX_ALLOC, pages

} // namespace

/// One page of a mapping, with the checks of vmap_pages_pte_range().
int Vmalloc::mapPage(Address address, std::optional<Pfn> frame, uint64_t protection) {
  const Release &release = kernel.profile.release;
  Memory &memory = kernel.memory;
  if (memory.entry(memory.kernelTable(), address)) {
    kernel.reports.warn(sites::pteInUse.in(release));
    return ebusy;
  }
  if (!frame) {
    kernel.reports.warn(sites::mapNoPage.in(release));
    return enomem;
  }
  if (!memory.hasPage(*frame)) {
    kernel.reports.warn(sites::mapBadPfn.in(release));
    return einval;
  }
  return memory.map(memory.kernelTable(), address, *frame, protection) ? 0 : enomem;
}

int Vmalloc::mapFrames(Address address, std::span<const Pfn> frames, uint64_t protection) {
  for (size_t i = 0; i < frames.size(); ++i)
    if (const int error = mapPage(address + i * pageSize, frames[i], protection)) {
      unmapRange(address, i * pageSize);
      return error;
    }
  return 0;
}

/// The same from an array of struct page pointers in simulated memory. What was mapped before an error stays for the
/// caller to free.
int Vmalloc::mapPointers(Address address, Address array, uint64_t count, uint64_t protection) {
  for (uint64_t i = 0; i < count; ++i) {
    const Address page = kernel.memory.load<Address>(array + i * sizeof(Address), {"vmap_pages_pte_range", "", 0});
    const auto frame = page ? std::optional<Pfn>((page - vmemmapStart) / structPageSize) : std::nullopt;
    if (const int error = mapPage(address + i * pageSize, frame, protection))
      return error;
  }
  return 0;
}

void Vmalloc::unmapRange(Address address, uint64_t size) {
  Memory &memory = kernel.memory;
  for (Address at = address; at < address + size; at += pageSize)
    memory.unmap(memory.kernelTable(), at);
}

/// What vmap() checks and takes before it maps.
std::optional<VmArea> Vmalloc::vmapArea(uint64_t count, uint64_t flags) {
  const Release &release = kernel.profile.release;
  kernel.context.mightSleep(sites::vmap.in(release));
  if (release612() && (flags & VmFlushResetPerms)) {
    kernel.reports.warnOnce(sites::flushReset.in(release));
    return std::nullopt;
  }
  if (flags & VmNoGuard) {
    kernel.reports.warnOnce(sites::noGuard.in(release));
    flags &= ~uint64_t(VmNoGuard);
  }
  if (count > pages.managedPageCount())
    return std::nullopt;
  return getVmAreaNode(count << pageShift, 1, pageShift, flags, vmallocStart, vmallocEnd, kernel.profile.gfp.kernel());
}

Address Vmalloc::vmap(Address array, uint64_t count, uint64_t flags, uint64_t protection) {
  auto area = vmapArea(uint32_t(count), flags);
  if (!area)
    return 0;
  if (mapPointers(area->address, array, uint32_t(count), protection | PteNoExec)) {
    vunmap(area->address);
    return 0;
  }
  if (flags & VmMapPutPages) {
    area->pages = array;
    area->pageCount = count;
    current.space.update(*area);
  }
  return area->address;
}

Address Vmalloc::vmapFrames(std::span<const Pfn> frames, uint64_t flags, uint64_t protection) {
  const auto area = vmapArea(frames.size(), flags & ~uint64_t(VmMapPutPages));
  if (!area)
    return 0;
  if (mapFrames(area->address, frames, protection | PteNoExec) == 0)
    return area->address;
  vunmap(area->address);
  return 0;
}

Address Vmalloc::vmMapRam(std::span<const Pfn> frames) {
  Address address = 0;
  if (frames.size() <= maxBlockAllocation) {
    address = takeFromBlock(frames.size());
  } else if (const auto area = allocateVmapArea(frames.size() << pageShift, pageSize, vmallocStart, vmallocEnd,
                                                kernel.profile.gfp.kernel(), VmArea{})) {
    address = area->address;
  }
  if (!address)
    return 0;
  if (mapFrames(address, frames, pageKernel) == 0) {
    if (sanitizer)
      sanitizer->areaUnpoisoned(address, frames.size() << pageShift);
    return address;
  }
  vmUnmapRam(address, frames.size());
  return 0;
}

void Vmalloc::vmUnmapRam(Address address, unsigned count) {
  const Release &release = kernel.profile.release;
  kernel.context.mightSleep(sites::vmUnmapRam.in(release));
  if (!address)
    kernel.reports.bug(sites::vmUnmapRamNull.in(release));
  if (address < vmallocStart)
    kernel.reports.bug(sites::vmUnmapRamBelow.in(release));
  if (address > vmallocEnd)
    kernel.reports.bug(sites::vmUnmapRamAbove.in(release));
  if (address & ~pageMask)
    kernel.reports.bug(sites::vmUnmapRamUnaligned.in(release));
  if (sanitizer)
    sanitizer->areaPoisoned(address, uint64_t(count) << pageShift);
  if (count <= maxBlockAllocation) {
    freeInBlock(address, count);
    return;
  }
  std::optional<VmArea> area;
  {
    LockScope lock(kernel, KernelLock::VmapNode);
    area = current.space.busyAt(address);
    if (area)
      current.space.removeBusy(area->address);
  }
  if (area)
    freeUnmap(*area);
  else if (release612())
    kernel.reports.warnOnce(sites::vmUnmapRamUnknown.in(release));
  else
    kernel.reports.bug(sites::vmUnmapRamUnknown.in(release));
}

std::optional<Pfn> Vmalloc::toPage(Address address) {
  const bool inside = isVmallocAddress(address) || (address >= modulesStart && address < modulesEnd);
  if (!inside && kernel.profile.debugVirtual)
    kernel.reports.bug(sites::toPageOutside.in(kernel.profile.release));
  const auto found = kernel.memory.translate(address);
  return found ? std::optional<Pfn>(found->physical >> pageShift) : std::nullopt;
}

} // namespace kmem::sim
