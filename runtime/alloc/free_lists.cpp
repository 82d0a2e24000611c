#include "runtime/alloc/free_lists.h"

#include "runtime/alloc/watermarks.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

void FreeLists::link(BlockList &list, Pfn pfn, bool toTail) {
  PageLinks &links = kernel.memory.pageForWrite(pfn).list;
  links.next = toTail ? 0 : list.first;
  links.previous = toTail ? list.last : 0;
  if (const uint32_t neighbour = toTail ? list.last : list.first) {
    PageLinks &other = kernel.memory.pageForWrite(frameOf(neighbour)).list;
    (toTail ? other.next : other.previous) = linkTo(pfn);
  }
  if (toTail || !list.first)
    list.last = linkTo(pfn);
  if (!toTail || list.count == 0)
    list.first = linkTo(pfn);
  ++list.count;
}

void FreeLists::unlink(BlockList &list, Pfn pfn) {
  const PageLinks links = kernel.memory.page(pfn).list;
  if (links.next)
    kernel.memory.pageForWrite(frameOf(links.next)).list.previous = links.previous;
  else
    list.last = links.previous;
  if (links.previous)
    kernel.memory.pageForWrite(frameOf(links.previous)).list.next = links.next;
  else
    list.first = links.next;
  --list.count;
}

void FreeLists::count(Zone &zone, int64_t pages, MigrateType type) {
  zone.free += uint64_t(pages);
  if (type == MigrateType::HighAtomic)
    zone.freeHighatomic += uint64_t(pages);
}

void FreeLists::add(Zone &zone, Pfn pfn, unsigned order, MigrateType type, bool toTail) {
  {
    Page &page = kernel.memory.pageForWrite(pfn);
    page.owner = PageOwner::Free;
    page.order = uint8_t(order);
    page.zone = zone.index.zone;
    page.node = zone.index.node;
    page.migrateType = type;
    page.mapCount = -1;
  }
  link(zone.lists[order][unsigned(type)], pfn, toTail);
  ++zone.freeBlocks[order];
  count(zone, int64_t(1) << order, type);
}

void FreeLists::remove(Zone &zone, Pfn pfn) {
  const Page page = kernel.memory.page(pfn);
  unlink(zone.lists[page.order][unsigned(page.migrateType)], pfn);
  --zone.freeBlocks[page.order];
  count(zone, -(int64_t(1) << page.order), page.migrateType);
  kernel.memory.pageForWrite(pfn).order = notAHead;
}

std::optional<Pfn> FreeLists::first(Zone &zone, unsigned order, MigrateType type) {
  BlockList &list = zone.lists[order][unsigned(type)];
  if (list.first)
    return frameOf(list.first);
  if (order != maxPageOrder || type != MigrateType::Movable || !zone.untouchedCount)
    return std::nullopt;
  for (UntouchedBlocks &blocks : zone.untouched)
    if (blocks.count()) {
      const Pfn pfn = blocks.next;
      blocks.next += Pfn(1) << maxPageOrder;
      --zone.untouchedCount;
      --zone.freeBlocks[order]; // add() counts it again
      count(zone, -(int64_t(1) << order), type);
      add(zone, pfn, order, type, false);
      return pfn;
    }
  return std::nullopt;
}

bool FreeLists::isFreeBlock(Pfn pfn, unsigned order) const {
  const Page &page = kernel.memory.page(pfn);
  return page.owner == PageOwner::Free && page.order == order;
}

void FreeLists::give(Zone &zone, Pfn pfn, unsigned order, MigrateType type, bool toTail) {
  {
    Page &page = kernel.memory.pageForWrite(pfn);
    page.owner = PageOwner::Free;
    page.order = notAHead;
  }
  Pfn buddy = pfn;
  for (; order < maxPageOrder; ++order) {
    buddy = pfn ^ (Pfn(1) << order);
    if (!zone.spans(buddy) || !isFreeBlock(buddy, order))
      break;
    if (order >= pageblockOrder) {
      const MigrateType other = blockType(buddy);
      if (other != type && (other == MigrateType::HighAtomic || type == MigrateType::HighAtomic))
        break;
      if (other != type && is612)
        setBlockTypes(buddy, order, type);
    }
    remove(zone, buddy);
    pfn &= buddy;
  }
  // When the block one order up is likely to be complete soon, this one is used last.
  const bool mergesSoon = order < maxPageOrder - 1 && zone.spans((pfn & buddy) ^ (Pfn(2) << order)) &&
                          isFreeBlock((pfn & buddy) ^ (Pfn(2) << order), order + 1);
  add(zone, pfn, order, type, toTail || mergesSoon);
}

void FreeLists::giveByBlockType(Zone &zone, Pfn pfn, unsigned order, bool toTail) {
  const unsigned part = is612 && order > pageblockOrder ? pageblockOrder : order;
  for (const Pfn end = pfn + (Pfn(1) << order); pfn < end; pfn += Pfn(1) << part)
    give(zone, pfn, part, blockType(pfn), toTail);
}

void FreeLists::expand(Zone &zone, Pfn pfn, unsigned low, unsigned high, MigrateType type) {
  while (high-- > low)
    add(zone, pfn + (Pfn(1) << high), high, type, false);
}

std::optional<Pfn> FreeLists::takeSmallest(Zone &zone, unsigned order, MigrateType type) {
  for (unsigned current = order; current < orderCount; ++current)
    if (zone.freeBlocks[current])
      if (const auto pfn = first(zone, current, type)) {
        remove(zone, *pfn);
        expand(zone, *pfn, order, current, type);
        kernel.memory.pageForWrite(*pfn).migrateType = type;
        return pfn;
      }
  return std::nullopt;
}

std::optional<Pfn> FreeLists::take(Zone &zone, unsigned order, MigrateType type, uint32_t flags, Mode &mode) {
  if (!is612) {
    do
      if (const auto pfn = takeSmallest(zone, order, type))
        return pfn;
    while (fallBack61(zone, order, type, flags));
    return std::nullopt;
  }
  if (mode == Mode::Normal)
    if (const auto pfn = takeSmallest(zone, order, type))
      return pfn;
  if (mode != Mode::Steal)
    if (const auto pfn = claim(zone, order, type, flags)) {
      mode = Mode::Normal;
      return pfn;
    }
  if (flags & AllocNoFragment)
    return std::nullopt;
  const auto pfn = steal(zone, order, type);
  if (pfn)
    mode = Mode::Steal;
  return pfn;
}

void FreeLists::addAtBoot(Zone &zone, PfnRange range) {
  constexpr Pfn largest = Pfn(1) << maxPageOrder;
  for (Pfn pfn = range.begin; pfn < range.end;) {
    const unsigned aligned = pfn ? unsigned(std::countr_zero(pfn)) : maxPageOrder;
    const unsigned fits = unsigned(std::bit_width(range.end - pfn)) - 1;
    const unsigned order = std::min({maxPageOrder, aligned, fits});
    if (order < maxPageOrder) {
      give(zone, pfn, order, blockType(pfn), true);
      pfn += Pfn(1) << order;
      continue;
    }
    const Pfn end = pfn + ((range.end - pfn) & ~(largest - 1));
    for (UntouchedBlocks &blocks : zone.untouched)
      if (!blocks.count()) {
        blocks = {pfn, end};
        break;
      }
    zone.untouchedCount += uint32_t((end - pfn) >> maxPageOrder);
    zone.freeBlocks[maxPageOrder] += uint32_t((end - pfn) >> maxPageOrder);
    zone.free += end - pfn;
    pfn = end;
  }
}

} // namespace kmem::sim
