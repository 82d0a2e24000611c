#include "runtime/alloc/page_allocator_parts.h"

namespace kmem::sim {

std::vector<ZoneIndex> PageAllocator::zones() const {
  std::vector<ZoneIndex> populated;
  for (const Zone &zone : current->zones)
    if (zone.present)
      populated.push_back(zone.index);
  return populated;
}

ZoneView PageAllocator::zone(ZoneIndex index) const {
  const Zone &zone = current->zones[index.slot()];
  ZoneView view{};
  view.startPfn = zone.start;
  view.spanned = zone.spanned;
  view.present = zone.present;
  view.managed = zone.managed;
  view.free = zone.free;
  view.minMark = markOf(zone, AllocMarkMin);
  view.lowMark = markOf(zone, AllocMarkLow);
  view.highMark = markOf(zone, AllocMarkHigh);
  view.boost = zone.boost;
  view.reservedHighatomic = zone.reservedHighatomic;
  std::copy_n(zone.lowmemReserve, zoneCount, view.lowmemReserve.begin());
  view.pcpBatch = zone.pcpBatch;
  view.pcpHighMin = zone.pcpHighMin;
  view.pcpHighMax = zone.pcpHighMax;
  for (unsigned order = 0; order < orderCount; ++order) {
    view.freeBlocks[order] = zone.freeBlocks[order];
    for (unsigned type = 0; type < migrateTypeCount; ++type)
      view.freeBlocksByType[type][order] = zone.blocks(order, MigrateType(type));
  }
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    view.perCpuPages.push_back(uint32_t(parts->perCpu.of(zone, cpu).count));
  return view;
}

ZoneIndex PageAllocator::zoneOf(Pfn page) const { return parts->zoneOf(page); }

PageOwner PageAllocator::ownerOf(Pfn page) const {
  if (const PageOwner owner = kernel.memory.page(page).owner; owner != PageOwner::None)
    return owner;
  for (const PfnRange &range : parts->boot.free)
    if (range.contains(page))
      return PageOwner::Free;
  return kernel.memory.hasFrame(page) ? PageOwner::Reserved : PageOwner::None;
}

MigrateType PageAllocator::blockTypeOf(Pfn page) const { return parts->freeLists.blockType(page); }

uint64_t PageAllocator::freePageCount() const {
  uint64_t pages = 0;
  for (const Zone &zone : current->zones)
    pages += zone.free;
  return pages;
}

uint64_t PageAllocator::managedPageCount() const {
  uint64_t pages = 0;
  for (const Zone &zone : current->zones)
    pages += zone.managed;
  return pages;
}

bool PageAllocator::kswapdIsAwake() const {
  for (const auto &kswapd : current->kswapd)
    if (kswapd.pending)
      return true;
  return false;
}

const Events &PageAllocator::events() const { return current->events; }
uint64_t PageAllocator::minFreeKbytes() const { return current->minFreeKbytes; }

void PageAllocator::setMinFreeKbytes(uint64_t kbytes) {
  current->minFreeKbytes = kbytes;
  setUpWatermarks(current->zones, kbytes, kernel.profile.cpus);
}

} // namespace kmem::sim
