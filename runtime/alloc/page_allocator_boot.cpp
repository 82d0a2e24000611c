#include "runtime/alloc/page_allocator_parts.h"

namespace kmem::sim {

PageAllocator::Parts::Parts(Kernel &kernel, State &state, Oracle &oracle)
    : kernel(kernel), state(state), oracle(oracle), is612(kernel.profile.release.atLeast(6, 12)),
      secondNode(secondNodeStart(kernel.profile)), freeLists(kernel, state), perCpu(kernel, state, freeLists),
      pages(kernel), boot(bootMemoryOf(kernel.profile)) {
  setUpZones();
  zonelists.emplace(state.zones, kernel.profile.nodes);
  markReserved();
  for (const PfnRange &range : boot.free)
    freeLists.addAtBoot(zoneFor(range.begin), range);
}

/// init_per_zone_wmark_min(), and khugepaged's wish after it; both before all of memory is managed.
void PageAllocator::Parts::setUpZones() {
  uint64_t managed = 0;
  unsigned populated = 0;
  for (unsigned slot = 0; slot < zoneSlots; ++slot) {
    const BootZone &from = boot.zones[slot];
    Zone &zone = state.zones[slot];
    zone.index = ZoneIndex::ofSlot(slot);
    zone.start = from.start;
    zone.spanned = from.spanned;
    zone.present = from.present;
    zone.managed = from.managedAtSetup;
    managed += zone.managed;
    populated += zone.present != 0;
  }
  state.minFreeKbytes = minFreeKbytesFor(bufferPages());
  setUpWatermarks(state.zones, state.minFreeKbytes, kernel.profile.cpus);
  setUpLowmemReserve(state.zones);
  if (const uint64_t kbytes = recommendedMinFreeKbytes(managed, bufferPages(), populated);
      kbytes > state.minFreeKbytes) {
    state.minFreeKbytes = kbytes;
    setUpWatermarks(state.zones, kbytes, kernel.profile.cpus);
  }
  for (unsigned slot = 0; slot < zoneSlots; ++slot)
    state.zones[slot].managed = boot.zones[slot].managed;
}

/// nr_free_buffer_pages(), as node 0 sees it.
uint64_t PageAllocator::Parts::bufferPages() const {
  uint64_t pages = 0;
  for (const Zone &zone : state.zones)
    if (const uint64_t high = zone.highMark + zone.boost; zone.managed > high)
      pages += zone.managed - high;
  return pages;
}

/// The struct pages of low memory and of the image, which wrong frees point at. Other reserved frames hold the struct
/// pages themselves, hash tables and the like; theirs are left untouched.
void PageAllocator::Parts::markReserved() {
  const Pfn imageEnd = kernelImageOf(kernel.profile).end >> pageShift;
  for (const PfnRange &range : boot.reserved)
    for (Pfn pfn = range.begin; pfn < std::min(range.end, imageEnd); ++pfn) {
      Page &page = kernel.memory.pageForWrite(pfn);
      page.owner = PageOwner::Reserved;
      page.zone = zoneOfFrame(pfn);
      page.mapCount = -1;
      page.refCount = 1;
    }
}

ZoneIndex PageAllocator::Parts::zoneOf(Pfn pfn) const { return {uint8_t(pfn >= secondNode), zoneOfFrame(pfn)}; }

unsigned PageAllocator::Parts::node(std::optional<unsigned> wanted) const {
  if (wanted && *wanted < kernel.profile.nodes)
    return *wanted;
  return kernel.context.cpu() * kernel.profile.nodes / kernel.profile.cpus;
}

} // namespace kmem::sim
