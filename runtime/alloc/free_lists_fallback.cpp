#include "runtime/alloc/free_lists.h"
#include "runtime/alloc/watermarks.h"

namespace kmem::sim {

namespace {

constexpr Pfn pageblockPages = Pfn(1) << pageblockOrder;
using enum MigrateType;
constexpr MigrateType fallbacks[pcpMigrateTypeCount][2] = {
    {Reclaimable, Movable}, {Reclaimable, Unmovable}, {Unmovable, Movable}}; // by type

} // namespace

bool mayStealPageblock(unsigned order, MigrateType type) {
  return order >= pageblockOrder / 2 || type == Reclaimable || type == Unmovable;
}

std::optional<MigrateType> FreeLists::fallbackType(const Zone &zone, unsigned order, MigrateType type) const {
  if (zone.freeBlocks[order])
    for (const MigrateType other : fallbacks[unsigned(type)])
      if (zone.blocks(order, other))
        return other;
  return std::nullopt;
}

void FreeLists::boostFor(Zone &zone, uint32_t flags) {
  if (kernel.profile.watermarkBoost && boostWatermark(zone) && (flags & AllocKswapd))
    zone.flags |= ZoneBoostedWatermark;
}

void FreeLists::setBlockTypes(Pfn pfn, unsigned order, MigrateType type) {
  for (const Pfn end = pfn + (Pfn(1) << order); pfn < end; pfn += pageblockPages)
    setBlockType(pfn, type);
}

void FreeLists::move(Zone &zone, Pfn pfn, MigrateType type) {
  const unsigned order = kernel.memory.page(pfn).order;
  remove(zone, pfn);
  add(zone, pfn, order, type, true);
}

uint64_t FreeLists::moveFreePages(Zone &zone, Pfn from, Pfn end, MigrateType type) {
  uint64_t moved = 0;
  for (Pfn pfn = from; pfn < end;) {
    const Page &page = kernel.memory.page(pfn);
    if (page.owner != PageOwner::Free || page.order == notAHead) {
      ++pfn;
      continue;
    }
    const Pfn size = Pfn(1) << page.order;
    move(zone, pfn, type);
    pfn += size;
    moved += size;
  }
  return moved;
}

std::optional<FreeLists::BlockContents> FreeLists::contentsOf(const Zone &zone, Pfn pfn) const {
  BlockContents contents{pfn & ~(pageblockPages - 1), 0, 0};
  const Pfn end = contents.start + pageblockPages;
  if (!zone.spans(contents.start) || !zone.spans(end - 1))
    return std::nullopt;
  for (pfn = contents.start; pfn < end;) {
    const Page &page = kernel.memory.page(pfn);
    const bool isFree = page.owner == PageOwner::Free && page.order != notAHead;
    contents.free += isFree ? Pfn(1) << page.order : 0;
    contents.movable += page.owner == PageOwner::User || page.owner == PageOwner::PageCache;
    pfn += isFree ? Pfn(1) << page.order : 1;
  }
  return contents;
}

bool FreeLists::enoughToClaim(const BlockContents &contents, MigrateType blockType, MigrateType type) const {
  uint64_t alike = 0;
  if (type == Movable)
    alike = contents.movable;
  else if (blockType == Movable) // everything else in it is as immovable as what is asked for
    alike = pageblockPages - (contents.free + contents.movable);
  return contents.free + alike >= pageblockPages / 2;
}

std::optional<Pfn> FreeLists::claimBlock(Zone &zone, Pfn pfn, unsigned current, unsigned order, MigrateType type,
                                         uint32_t flags) {
  const MigrateType from = blockType(pfn);
  if (from == HighAtomic)
    return std::nullopt;
  if (current >= pageblockOrder) {
    remove(zone, pfn);
    setBlockTypes(pfn, current, type);
    expand(zone, pfn, order, current, type);
    kernel.memory.pageForWrite(pfn).migrateType = type;
    return pfn;
  }
  boostFor(zone, flags);
  const auto contents = contentsOf(zone, pfn);
  if (!contents || !enoughToClaim(*contents, from, type))
    return std::nullopt;
  moveFreePages(zone, contents->start, contents->start + pageblockPages, type);
  setBlockType(contents->start, type);
  return takeSmallest(zone, order, type);
}

std::optional<Pfn> FreeLists::claim(Zone &zone, unsigned order, MigrateType type, uint32_t flags) {
  const unsigned least = order < pageblockOrder && (flags & AllocNoFragment) ? pageblockOrder : order;
  for (unsigned current = orderCount; current-- > least;) {
    const auto other = fallbackType(zone, current, type);
    if (!other)
      continue;
    if (!mayStealPageblock(current, type))
      break;
    if (const auto pfn = claimBlock(zone, *first(zone, current, *other), current, order, type, flags))
      return pfn;
  }
  return std::nullopt;
}

std::optional<Pfn> FreeLists::steal(Zone &zone, unsigned order, MigrateType type) {
  for (unsigned current = order; current < orderCount; ++current)
    if (const auto other = fallbackType(zone, current, type)) {
      const Pfn pfn = *first(zone, current, *other);
      remove(zone, pfn);
      expand(zone, pfn, order, current, *other);
      kernel.memory.pageForWrite(pfn).migrateType = *other;
      return pfn;
    }
  return std::nullopt;
}

void FreeLists::stealSuitable61(Zone &zone, Pfn pfn, MigrateType type, uint32_t flags, bool wholeBlock) {
  const unsigned current = kernel.memory.page(pfn).order;
  const MigrateType from = blockType(pfn);
  if (from != HighAtomic && current >= pageblockOrder) {
    setBlockTypes(pfn, current, type);
  } else if (from != HighAtomic) {
    boostFor(zone, flags);
    if (const auto contents = wholeBlock ? contentsOf(zone, pfn) : std::nullopt) {
      moveFreePages(zone, contents->start, contents->start + pageblockPages, type);
      if (enoughToClaim(*contents, from, type))
        setBlockType(pfn, type);
      return;
    }
  }
  move(zone, pfn, type);
}

bool FreeLists::fallBack61(Zone &zone, unsigned order, MigrateType type, uint32_t flags) {
  if (type == HighAtomic)
    return false;
  const unsigned least = order < pageblockOrder && (flags & AllocNoFragment) ? pageblockOrder : order;
  for (unsigned current = orderCount; current-- > least;) {
    auto other = fallbackType(zone, current, type);
    if (!other)
      continue;
    const bool whole = mayStealPageblock(current, type);
    if (!whole && type == Movable && current > order)
      for (current = order; !(other = fallbackType(zone, current, type));)
        ++current;
    stealSuitable61(zone, *first(zone, current, *other), type, flags, mayStealPageblock(current, type));
    return true;
  }
  return false;
}

void FreeLists::reserveHighatomic(Zone &zone, Pfn pfn, unsigned order) {
  const uint64_t percent = zone.managed / 100;
  if (is612 && percent < pageblockPages)
    return;
  const uint64_t most = is612 ? (percent + pageblockPages - 1) & ~(pageblockPages - 1) : percent + pageblockPages;
  if (zone.reservedHighatomic >= most)
    return;
  const LockScope lock(kernel, KernelLock::Zone, LockVariant::IrqSave);
  if (blockType(pfn) == HighAtomic)
    return;
  const Pfn start = pfn & ~(pageblockPages - 1);
  if (is612 && order >= pageblockOrder) {
    setBlockTypes(pfn, order, HighAtomic);
    zone.reservedHighatomic += Pfn(1) << order;
    return;
  }
  if (!zone.spans(start) || !zone.spans(start + pageblockPages - 1))
    return;
  moveFreePages(zone, start, start + pageblockPages, HighAtomic);
  setBlockType(pfn, HighAtomic);
  zone.reservedHighatomic += pageblockPages;
}

bool FreeLists::unreserveHighatomic(Zone &zone, MigrateType type, bool force) {
  if (!force && zone.reservedHighatomic <= pageblockPages)
    return false;
  const LockScope lock(kernel, KernelLock::Zone, LockVariant::IrqSave);
  for (unsigned order = 0; order < orderCount; ++order) {
    const auto pfn = first(zone, order, HighAtomic);
    if (!pfn)
      continue;
    const Pfn size = is612 ? std::max(pageblockPages, Pfn(1) << order) : pageblockPages;
    if (blockType(*pfn) == HighAtomic)
      zone.reservedHighatomic -= std::min<uint64_t>(size, zone.reservedHighatomic);
    const Pfn start = *pfn & ~(pageblockPages - 1);
    if (is612 && order >= pageblockOrder) {
      move(zone, *pfn, type);
      setBlockTypes(*pfn, order, type);
      return true;
    }
    setBlockType(*pfn, type);
    if (moveFreePages(zone, start, start + pageblockPages, type))
      return true;
  }
  return false;
}

} // namespace kmem::sim
