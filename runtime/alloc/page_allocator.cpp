#include "runtime/alloc/page_allocator.h"

#include "runtime/alloc/page_allocator_state.h"

#include <bit>

namespace kmem::sim {

namespace {

/// The frame a list entry names.
Pfn frameOf(uint32_t link) { return link - 1; }
uint32_t linkTo(Pfn pfn) { return uint32_t(pfn) + 1; }

} // namespace

/// The free lists of one allocator.
struct PageAllocator::Parts {
  Kernel &kernel;
  State &state;

  void append(Zone &zone, Pfn pfn, unsigned order, MigrateType type, bool toTail) {
    BlockList &list = zone.lists[order][unsigned(type)];
    {
      Page &page = kernel.memory.pageForWrite(pfn);
      page.owner = PageOwner::Free;
      page.order = uint8_t(order);
      page.migrateType = type;
      page.list.next = toTail ? 0 : list.first;
      page.list.previous = toTail ? list.last : 0;
    }
    uint32_t &end = toTail ? list.last : list.first;
    if (end && toTail)
      kernel.memory.pageForWrite(frameOf(end)).list.next = linkTo(pfn);
    if (end && !toTail)
      kernel.memory.pageForWrite(frameOf(end)).list.previous = linkTo(pfn);
    end = linkTo(pfn);
    if (++list.count == 1)
      list.first = list.last = linkTo(pfn);
    zone.free += uint64_t(1) << order;
  }

  void remove(Zone &zone, Pfn pfn) {
    const Page page = kernel.memory.page(pfn);
    BlockList &list = zone.lists[page.order][unsigned(page.migrateType)];
    if (page.list.next)
      kernel.memory.pageForWrite(frameOf(page.list.next)).list.previous = page.list.previous;
    else
      list.last = page.list.previous;
    if (page.list.previous)
      kernel.memory.pageForWrite(frameOf(page.list.previous)).list.next = page.list.next;
    else
      list.first = page.list.next;
    --list.count;
    zone.free -= uint64_t(1) << page.order;
    kernel.memory.pageForWrite(pfn).owner = PageOwner::None;
  }

  std::optional<Pfn> take(Zone &zone, unsigned order) {
    for (unsigned from = order; from < orderCount; ++from)
      for (BlockList &list : zone.lists[from])
        if (list.first) {
          const Pfn pfn = frameOf(list.first);
          const MigrateType type = kernel.memory.page(pfn).migrateType;
          remove(zone, pfn);
          for (unsigned half = from; half-- > order;)
            append(zone, pfn + (Pfn(1) << half), half, type, false);
          return pfn;
        }
    for (UntouchedBlocks &blocks : zone.untouched)
      if (blocks.count()) {
        const Pfn pfn = blocks.next;
        blocks.next += Pfn(1) << maxPageOrder;
        zone.free -= Pfn(1) << maxPageOrder;
        for (unsigned half = maxPageOrder; half-- > order;)
          append(zone, pfn + (Pfn(1) << half), half, MigrateType::Movable, false);
        return pfn;
      }
    return std::nullopt;
  }

  void give(Zone &zone, Pfn pfn, unsigned order) {
    for (; order < maxPageOrder; ++order) {
      const Pfn buddy = pfn ^ (Pfn(1) << order);
      const Page &other = kernel.memory.page(buddy);
      if (other.owner != PageOwner::Free || other.order != order)
        break;
      remove(zone, buddy);
      pfn &= buddy;
    }
    append(zone, pfn, order, MigrateType::Movable, false);
  }
};

PageAllocator::PageAllocator(Kernel &kernel, Oracle &oracle)
    : kernel(kernel), oracle(oracle), current(std::make_unique<State>()),
      parts(std::make_unique<Parts>(Parts{kernel, *current})) {
  const Pfn end = kernel.profile.memoryBytes >> pageShift;
  Zone &zone = current->zones[unsigned(ZoneId::Dma32)];
  zone.start = Pfn(1) << maxPageOrder << 4;
  zone.untouched[0] = {zone.start, end & ~((Pfn(1) << maxPageOrder) - 1)};
  zone.spanned = zone.present = end - zone.start;
  zone.managed = zone.free = zone.untouched[0].end - zone.untouched[0].next;
}
PageAllocator::~PageAllocator() = default;

std::optional<Pfn> PageAllocator::allocate(Gfp gfp, unsigned order, std::optional<unsigned>) {
  kernel.context.mightAlloc(gfp);
  if (order > maxPageOrder || oracle.decide({.point = DecisionPoint::PageAlloc, .gfp = gfp, .order = order}))
    return std::nullopt;
  for (Zone &zone : current->zones)
    if (const auto pfn = parts->take(zone, order)) {
      Page &page = kernel.memory.pageForWrite(*pfn);
      page = {};
      page.owner = PageOwner::Allocated;
      page.order = uint8_t(order);
      page.mapCount = -1;
      page.refCount = 1;
      if (gfp & kernel.profile.gfp.comp && order)
        page.pageFlags = PageHead;
      if ((gfp & kernel.profile.gfp.zero) || kernel.profile.initOnAlloc)
        for (Pfn each = *pfn; each < *pfn + (Pfn(1) << order); ++each)
          kernel.memory.dropFrame(each);
      return pfn;
    }
  return std::nullopt;
}

void PageAllocator::free(Pfn page, unsigned order) {
  if (--kernel.memory.pageForWrite(page).refCount == 0)
    parts->give(current->zones[zoneOf(page).slot()], page, order);
}
void PageAllocator::getPage(Pfn page) { ++kernel.memory.pageForWrite(page).refCount; }
void PageAllocator::putPage(Pfn page) {
  const Page &head = kernel.memory.page(page);
  free(page, head.pageFlags & PageHead ? head.order : 0);
}

Address PageAllocator::getFreePages(Gfp gfp, unsigned order) {
  const auto pfn = allocate(gfp & ~kernel.profile.gfp.highmem, order);
  return pfn ? pageToVirt(*pfn) : 0;
}
Address PageAllocator::getZeroedPage(Gfp gfp) { return getFreePages(gfp | kernel.profile.gfp.zero, 0); }
void PageAllocator::freePages(Address address, unsigned order) {
  if (address)
    free((address - directMapStart) >> pageShift, order);
}

Address PageAllocator::allocateExact(uint64_t bytes, Gfp gfp) {
  const uint64_t pages = (bytes + pageSize - 1) >> pageShift;
  const unsigned order = unsigned(std::bit_width(pages - 1));
  const Address address = getFreePages(gfp, order);
  if (!address)
    return 0;
  const Pfn first = (address - directMapStart) >> pageShift;
  splitPage(first, order);
  for (uint64_t i = pages; i < uint64_t(1) << order; ++i)
    free(first + i, 0);
  return address;
}
void PageAllocator::freeExact(Address address, uint64_t bytes) {
  for (Address end = address + bytes; address < end; address += pageSize)
    freePages(address, 0);
}

void PageAllocator::splitPage(Pfn page, unsigned order) {
  const Page first = kernel.memory.page(page);
  for (Pfn each = page; each < page + (Pfn(1) << order); ++each) {
    Page &part = kernel.memory.pageForWrite(each);
    part = first;
    part.order = 0;
  }
}

uint64_t PageAllocator::allocateBulk(Gfp gfp, std::span<Pfn> pages) {
  uint64_t filled = 0;
  for (Pfn &page : pages) {
    if (!page)
      page = allocate(gfp, 0).value_or(0);
    filled += page != 0;
  }
  return filled;
}

void PageAllocator::drainAll() {}
void PageAllocator::drainCpu(unsigned) {}
std::optional<Pfn> PageAllocator::allocateTable() {
  return allocate(kernel.profile.gfp.kernel() | kernel.profile.gfp.zero, 0);
}
void PageAllocator::freeTable(Pfn table) { free(table, 0); }
void PageAllocator::addReclaimer(Reclaimer *) {}
void PageAllocator::setOomKiller(OomKiller *) {}

std::vector<ZoneIndex> PageAllocator::zones() const { return {{0, ZoneId::Dma32}}; }
ZoneView PageAllocator::zone(ZoneIndex index) const {
  const Zone &zone = current->zones[index.slot()];
  ZoneView view{};
  view.startPfn = zone.start;
  view.spanned = zone.spanned;
  view.present = zone.present;
  view.managed = zone.managed;
  view.free = zone.free;
  return view;
}
ZoneIndex PageAllocator::zoneOf(Pfn) const { return {0, ZoneId::Dma32}; }
PageOwner PageAllocator::ownerOf(Pfn page) const { return kernel.memory.page(page).owner; }
MigrateType PageAllocator::blockTypeOf(Pfn) const { return MigrateType::Movable; }
uint64_t PageAllocator::freePageCount() const { return current->zones[unsigned(ZoneId::Dma32)].free; }
uint64_t PageAllocator::managedPageCount() const { return current->zones[unsigned(ZoneId::Dma32)].managed; }
const Events &PageAllocator::events() const { return current->events; }
uint64_t PageAllocator::minFreeKbytes() const { return current->minFreeKbytes; }
void PageAllocator::setMinFreeKbytes(uint64_t kbytes) { current->minFreeKbytes = kbytes; }
void PageAllocator::restore(const State &state) { *current = state; }

} // namespace kmem::sim
