#include "runtime/alloc/page_allocator_parts.h"

#include <algorithm>

namespace kmem::sim {

namespace {

/// Pages that an idle kernel holds and no part of this machine stands for: stacks, page tables, objects of subsystems
/// that are not there, files of the initial file system. As /proc/zoneinfo of the recorded guests counts them.
struct BootUse {
  uint64_t unmovable, reclaimable, movable;
};
BootUse bootUseOf(const Profile &profile) {
  return profile.distribution ? BootUse{4000, 600, 400} : BootUse{1430, 92, 340};
}
constexpr unsigned largestIdleSlab = 2; // order of the slabs of inodes
constexpr uint64_t largestPart = 8;     // of a zone's free pages, for small machines
constexpr unsigned holeEvery = 12;      // blocks that were freed again between those held
constexpr unsigned holeOrders = 7;      // of these: 0 to 6 in turn

} // namespace

PageAllocator::Parts::Parts(Kernel &kernel, State &state, Oracle &oracle)
    : kernel(kernel), state(state), oracle(oracle), is612(kernel.profile.release.atLeast(6, 12)),
      secondNode(secondNodeStart(kernel.profile)), freeLists(kernel, state), perCpu(kernel, state, freeLists),
      pages(kernel), boot(bootMemoryOf(kernel.profile)) {
  setUpZones();
  zonelists.emplace(state.zones, kernel.profile.nodes);
  markReserved();
  // memmap_init_range() sets the type of a pageblock at its first frame, and frame 0 is kept back.
  freeLists.setBlockType(0, MigrateType::Unmovable);
  for (const PfnRange &range : boot.free)
    freeLists.addAtBoot(zoneFor(range.begin), range);
  const BootUse use = bootUseOf(kernel.profile);
  hold(MigrateType::Unmovable, use.unmovable);
  hold(MigrateType::Reclaimable, use.reclaimable);
  hold(MigrateType::Movable, use.movable);
}

void PageAllocator::Parts::giveHeld(Pfn pfn, unsigned order) {
  kernel.memory.pageForWrite(pfn).refCount = 0;
  if (pages.takeBack(pfn, order))
    freeLists.giveByBlockType(zoneFor(pfn), pfn, order);
}

/// shrink_slab() as far as it concerns dentries and inodes that nobody uses: super_cache_scan() keeps off without
/// __GFP_FS. Pages freed.
uint64_t PageAllocator::Parts::shrinkIdleSlabs(Gfp gfp, uint64_t wanted) {
  uint64_t freed = 0;
  while ((gfp & kernel.profile.gfp.fs) && freed < wanted && state.idleSlabCount) {
    const uint64_t slab = state.idleSlabs[--state.idleSlabCount];
    giveHeld(slab >> 8, slab & 0xff);
    freed += uint64_t(1) << (slab & 0xff);
  }
  return freed;
}

/// Takes blocks of small orders from the highest zone, with holes between them.
void PageAllocator::Parts::hold(MigrateType type, uint64_t count) {
  Zone &zone = state.zones[zonelists->of(0, true).front()];
  count = std::min(count, zone.free / largestPart);
  std::vector<std::pair<Pfn, unsigned>> holes;
  for (uint64_t held = 0, blocks = 1; held < count; ++blocks) {
    const bool isHole = blocks % holeEvery == 0;
    const unsigned order = isHole ? blocks / holeEvery % holeOrders : blocks % (costlyOrder + 1);
    auto mode = FreeLists::Mode::Normal;
    const auto pfn = freeLists.take(zone, order, type, 0, mode);
    if (!pfn)
      break;
    pages.handOut(*pfn, order, 0, false);
    if (isHole)
      holes.emplace_back(*pfn, order);
    else
      held += uint64_t(1) << order;
    if (!isHole && type == MigrateType::Reclaimable && order <= largestIdleSlab)
      state.idleSlabs.write(state.idleSlabCount++) = *pfn << 8 | order;
    else if (!isHole)
      state.held.write(state.heldCount++) = *pfn << 8 | order;
  }
  for (const auto &[pfn, order] : holes)
    giveHeld(pfn, order);
  zone.boost = 0;
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
