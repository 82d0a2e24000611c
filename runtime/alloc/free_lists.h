// The free lists of the zones: blocks by order and migrate type, split when taken and merged when given back, and what
// happens when a type has no blocks left (mm/page_alloc.c from __free_one_page() to __rmqueue()).
//
// EXPECTS: the caller holds the zone's lock and has prepared the pages.
#pragma once

#include "runtime/alloc/page_allocator_state.h"
#include "runtime/kernel/physical_map.h"

namespace kmem::sim {

class FreeLists {
public:
  FreeLists(Kernel &kernel, PageAllocator::State &state)
      : kernel(kernel), state(state), is612(kernel.profile.release.atLeast(6, 12)) {}

  /// What a sequence of takes remembers of where the last one found a block (6.12's rmqueue_mode).
  enum class Mode : uint8_t { Normal, Claim, Steal };

  MigrateType blockType(Pfn pfn) const {
    return MigrateType(state.blockTypes.read(pfn >> pageblockOrder) ^ movableBits);
  }
  void setBlockType(Pfn pfn, MigrateType type) {
    state.blockTypes.write(pfn >> pageblockOrder) = uint8_t(type) ^ movableBits;
  }

  /// Puts a block back and merges it with its buddies.
  void give(Zone &zone, Pfn pfn, unsigned order, MigrateType type, bool toTail = false);
  /// The same by the types of its pageblocks, each for itself in 6.12.
  void giveByBlockType(Zone &zone, Pfn pfn, unsigned order, bool toTail = false);
  /// The smallest block of this type that is large enough, cut to size.
  std::optional<Pfn> takeSmallest(Zone &zone, unsigned order, MigrateType type);
  /// Falls back to other types when this one is used up. `flags` are AllocFlags.
  std::optional<Pfn> take(Zone &zone, unsigned order, MigrateType type, uint32_t flags, Mode &mode);

  /// Sets the pageblock of a page just handed out aside for high-priority allocations of higher order.
  void reserveHighatomic(Zone &zone, Pfn pfn, unsigned order);
  /// Gives one pageblock set aside to `type`; the last one only with `force`. True when pages came free.
  bool unreserveHighatomic(Zone &zone, MigrateType type, bool force);

  /// Free memory at boot, in the largest aligned blocks, ascending.
  void addAtBoot(Zone &zone, PfnRange range);

private:
  static constexpr uint8_t movableBits = uint8_t(MigrateType::Movable);

  void link(BlockList &list, Pfn pfn, bool toTail);
  void unlink(BlockList &list, Pfn pfn);
  void count(Zone &zone, int64_t pages, MigrateType type);
  void add(Zone &zone, Pfn pfn, unsigned order, MigrateType type, bool toTail);
  void remove(Zone &zone, Pfn pfn);
  std::optional<Pfn> first(Zone &zone, unsigned order, MigrateType type);
  bool isFreeBlock(Pfn pfn, unsigned order) const;
  void expand(Zone &zone, Pfn pfn, unsigned low, unsigned high, MigrateType type);
  void setBlockTypes(Pfn pfn, unsigned order, MigrateType type);

  /// The other type to take from, preferred first; nothing when neither has a block of this order.
  std::optional<MigrateType> fallbackType(const Zone &zone, unsigned order, MigrateType type) const;
  void boostFor(Zone &zone, uint32_t flags);
  std::optional<Pfn> claim(Zone &zone, unsigned order, MigrateType type, uint32_t flags);
  std::optional<Pfn> claimBlock(Zone &zone, Pfn pfn, unsigned current, unsigned order, MigrateType type,
                                uint32_t flags);
  std::optional<Pfn> steal(Zone &zone, unsigned order, MigrateType type);
  bool fallBack61(Zone &zone, unsigned order, MigrateType type, uint32_t flags);
  void stealSuitable61(Zone &zone, Pfn pfn, MigrateType type, uint32_t flags, bool wholeBlock);
  void move(Zone &zone, Pfn pfn, MigrateType type);

  struct BlockContents {
    Pfn start;
    uint64_t free, movable;
  };
  /// Nothing when the pageblock straddles the zone's border.
  std::optional<BlockContents> contentsOf(const Zone &zone, Pfn pfn) const;
  /// Moves all free blocks of a pageblock to another type's lists; pages moved.
  uint64_t moveFreePages(Zone &zone, Pfn from, Pfn end, MigrateType type);
  bool enoughToClaim(const BlockContents &contents, MigrateType blockType, MigrateType type) const;

  Kernel &kernel;
  PageAllocator::State &state;
  const bool is612;
};

/// can_steal_fallback(): whether a block of this order may be taken with its whole pageblock.
bool mayStealPageblock(unsigned order, MigrateType type);

} // namespace kmem::sim
