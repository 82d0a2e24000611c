// The free lists of a zone as another boot left them. Which blocks are free after boot depends on all that ran before;
// an experiment that is to end where a recorded one ended starts from the recorded lists.
#include "runtime/alloc/page_allocator_parts.h"

#include <map>

namespace kmem::sim {

namespace {

constexpr Pfn sizeOf(unsigned order) { return Pfn(1) << order; }

/// Memory to arrange: all that is free or held. Two buddies never become free both, as they would merge.
class Arrangement {
public:
  Arrangement(PageAllocator::Parts &parts, Zone &zone) : parts(parts), zone(zone) { collect(); }

  void run(const FreeBlocksByType &blocks) {
    if (pagesIn(blocks) + sizeOf(pageblockOrder) <= pagesInHoles())
      holdFiles();
    for (unsigned order = orderCount; order-- > 0;)
      for (unsigned type = 0; type < pcpMigrateTypeCount; ++type)
        for (uint64_t block = 0; block < blocks[type][order]; ++block)
          place(order, MigrateType(type));
    for (unsigned order = 0; order < orderCount; ++order)
      for (const auto &[pfn, hole] : holes[order])
        parts.keepHeld(pfn, order);
  }

private:
  static uint64_t pagesIn(const FreeBlocksByType &blocks) {
    uint64_t pages = 0;
    for (const auto &ofType : blocks)
      for (unsigned order = 0; order < orderCount; ++order)
        pages += ofType[order] << order;
    return pages;
  }
  uint64_t pagesInHoles() const {
    uint64_t pages = 0;
    for (unsigned order = 0; order < orderCount; ++order)
      pages += holes[order].size() << order;
    return pages;
  }

  struct Hole {
    bool hasFreeBuddy; ///< not all of it can be free
  };

  void collect();
  void holdFiles();
  void place(unsigned order, MigrateType type);
  bool fits(Pfn pfn, MigrateType type, bool typed) const;
  std::optional<std::pair<Pfn, unsigned>> findHole(unsigned order, MigrateType type, bool typed) const;
  Pfn cutHole(std::pair<Pfn, unsigned> hole, unsigned order);
  void setType(Pfn pfn, unsigned order, MigrateType type);

  PageAllocator::Parts &parts;
  Zone &zone;
  std::map<Pfn, Hole> holes[orderCount];
  std::map<Pfn, MigrateType> blockTypes; ///< by pageblock, as far as blocks are placed there
};

void Arrangement::collect() {
  for (unsigned order = 0; order < orderCount; ++order)
    for (unsigned type = 0; type < migrateTypeCount; ++type)
      while (zone.blocks(order, MigrateType(type)))
        holes[order][*parts.freeLists.takeSmallest(zone, order, MigrateType(type))] = {false};
}

/// Blocks of one type share pageblocks before they open a new one.
bool Arrangement::fits(Pfn pfn, MigrateType type, bool typed) const {
  const auto known = blockTypes.find(pfn >> pageblockOrder);
  return known == blockTypes.end() ? !typed : typed && known->second == type;
}

std::optional<std::pair<Pfn, unsigned>> Arrangement::findHole(unsigned order, MigrateType type, bool typed) const {
  for (unsigned current = order; current < orderCount; ++current)
    for (const auto &[pfn, hole] : holes[current])
      if (fits(pfn, type, typed) && (current > order || !hole.hasFreeBuddy))
        return std::pair(pfn, current);
  return std::nullopt;
}

void Arrangement::setType(Pfn pfn, unsigned order, MigrateType type) {
  for (const Pfn end = pfn + sizeOf(order); pfn < end; pfn += sizeOf(pageblockOrder)) {
    blockTypes[pfn >> pageblockOrder] = type;
    parts.freeLists.setBlockType(pfn, type);
  }
}

/// The first part of a hole; the rest stays as smaller holes.
Pfn Arrangement::cutHole(std::pair<Pfn, unsigned> hole, unsigned order) {
  auto [pfn, current] = hole;
  holes[current].erase(pfn);
  while (current-- > order)
    holes[current][pfn + sizeOf(current)] = {false};
  return pfn;
}

/// Files of the initial file system fill a pageblock but for a page: others can take that, but not claim the block.
void Arrangement::holdFiles() {
  const auto found = findHole(pageblockOrder, MigrateType::Movable, false);
  if (!found)
    return;
  const Pfn left = cutHole(*found, 0);
  holes[0][left] = {false};
  setType(left, pageblockOrder, MigrateType::Movable);
  for (unsigned order = 0; order < pageblockOrder; ++order) {
    const Pfn files = left + sizeOf(order);
    holes[order].erase(files);
    parts.keepHeld(files, order);
    for (Pfn each = files; each < files + sizeOf(order); ++each)
      parts.kernel.memory.pageForWrite(each).owner = PageOwner::PageCache;
  }
}

void Arrangement::place(unsigned order, MigrateType type) {
  auto found = findHole(order, type, true);
  if (!found)
    found = findHole(order, type, false);
  if (!found)
    return;
  const Pfn pfn = cutHole(*found, order);
  const auto buddy = holes[order].find(pfn ^ sizeOf(order));
  if (order < maxPageOrder && buddy != holes[order].end())
    buddy->second.hasFreeBuddy = true;
  setType(pfn, order, type);
  parts.freeLists.give(zone, pfn, order, type, true);
}

} // namespace

void PageAllocator::Parts::keepHeld(Pfn pfn, unsigned order) {
  pages.handOut(pfn, order, 0, false);
  state.held.write(state.heldCount++) = pfn << 8 | order;
}

void PageAllocator::Parts::giveAllHeld(Zone &zone) {
  auto giveAll = [&](CowArray<uint64_t> &blocks, uint32_t &count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; ++i)
      if (const uint64_t block = blocks[i]; zone.spans(block >> 8))
        giveHeld(block >> 8, unsigned(block & 0xff));
      else
        blocks.write(kept++) = block;
    count = kept;
  };
  giveAll(state.held, state.heldCount);
  giveAll(state.idleSlabs, state.idleSlabCount);
}

/// At most `most` pages of the block held last.
void PageAllocator::Parts::giveSomeHeld(uint64_t most) {
  const uint64_t block = state.held[--state.heldCount];
  unsigned order = unsigned(block & 0xff);
  while (sizeOf(order) > most) {
    --order;
    state.held.write(state.heldCount++) = ((block >> 8) + sizeOf(order)) << 8 | order;
  }
  giveHeld(block >> 8, order);
}

void PageAllocator::arrange(ZoneIndex index, const FreeBlocksByType &blocks) {
  Zone &zone = current->zones[index.slot()];
  drainAll();
  parts->giveAllHeld(zone);
  Arrangement(*parts, zone).run(blocks);
}

void PageAllocator::holdUntilFree(ZoneIndex index, uint64_t pages) {
  Zone &zone = current->zones[index.slot()];
  auto mode = FreeLists::Mode::Normal;
  while (zone.free > pages)
    if (const auto pfn = parts->freeLists.take(zone, 0, MigrateType::Unmovable, 0, mode))
      parts->keepHeld(*pfn, 0);
    else
      return;
  while (zone.free < pages && current->heldCount && zone.spans(current->held[current->heldCount - 1] >> 8))
    parts->giveSomeHeld(pages - zone.free);
}

} // namespace kmem::sim
