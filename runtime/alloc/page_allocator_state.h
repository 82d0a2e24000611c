// Everything the page allocator remembers besides the links and words in struct Page. Copying it is a snapshot.
#pragma once

#include "runtime/alloc/page_allocator.h"

namespace kmem::sim {

/// Ends of a list of blocks linked through Page::list, frame numbers plus one.
struct BlockList {
  uint32_t first, last;
  uint32_t count;
};

/// Blocks of the largest order that nobody took yet; they stand behind the list of movable blocks.
struct UntouchedBlocks {
  Pfn next, end;
  uint64_t count() const { return (end - next) >> maxPageOrder; }
};
inline constexpr unsigned maxUntouchedRanges = 4;

/// Bits of struct zone::flags.
enum ZoneFlag : uint8_t { ZoneBoostedWatermark = 1, ZoneReclaimActive = 2, ZoneBelowHigh = 4 };

/// struct zone.
struct Zone {
  Pfn start;
  uint64_t spanned, present, managed;
  uint64_t free;                       ///< pages in the free lists
  uint64_t minMark, lowMark, highMark; ///< without the boost
  uint64_t boost;
  uint64_t reservedHighatomic; ///< pages in blocks set aside for high-priority allocations
  uint64_t freeHighatomic;     ///< of those, free ones
  uint64_t lowmemReserve[zoneCount];
  uint32_t pcpBatch, pcpHighMin, pcpHighMax;
  uint8_t flags; ///< ZoneFlag bits
  ZoneIndex index;
  uint32_t freeBlocks[orderCount]; ///< nr_free
  BlockList lists[orderCount][migrateTypeCount];
  UntouchedBlocks untouched[maxUntouchedRanges];
  uint32_t untouchedCount;

  bool spans(Pfn pfn) const { return pfn >= start && pfn < start + spanned; }
  /// Free blocks of one kind.
  uint64_t blocks(unsigned order, MigrateType type) const {
    const bool countsUntouched = order == maxPageOrder && type == MigrateType::Movable;
    return lists[order][unsigned(type)].count + (countsUntouched ? untouchedCount : 0);
  }
};

inline constexpr unsigned pcpListCount = pcpMigrateTypeCount * (costlyOrder + 1) + 2; ///< NR_PCP_LISTS of 6.12

/// struct per_cpu_pages of one zone on one CPU. The limits are the zone's.
struct PerCpuPages {
  BlockList lists[pcpListCount];
  int32_t count;     ///< pages in all lists
  int32_t high;      ///< 6.12: tuned between the zone's limits
  int32_t freeCount; ///< 6.12: pages freed in a row; 6.1: free_factor
  uint8_t allocFactor;
  bool previousFreeWasHighOrder; ///< PCPF_PREV_FREE_HIGH_ORDER
};

struct PageAllocator::State {
  Zone zones[zoneSlots];
  CowArray<PerCpuPages, 4> perCpu; ///< by CPU * zoneSlots + zone slot
  CowArray<uint8_t, 4> blockTypes; ///< by pageblock; MigrateType::Movable is stored as 0
  uint64_t minFreeKbytes;
  uint64_t lastWarning;    ///< jiffies plus one, 0 for none: the rate limit of warn_alloc()
  uint32_t warningsMissed; ///< since then
  struct {
    uint8_t pending; ///< woken and not run yet
    uint8_t order, highestZone, failures;
  } kswapd[maxNodes];
  Events events;
  /// What boot left in use and no part of this machine stands for: frame number << 8 | order.
  CowArray<uint64_t> held;
  uint32_t heldCount;
  /// The same for slabs of dentries and inodes, which shrinkers may free.
  CowArray<uint64_t> idleSlabs;
  uint32_t idleSlabCount;
};

/// Marks a frame inside a free block that is not its first one, in Page::order.
inline constexpr uint8_t notAHead = 0xff;

inline Pfn frameOf(uint32_t link) { return link - 1; }
inline uint32_t linkTo(Pfn pfn) { return uint32_t(pfn) + 1; }

} // namespace kmem::sim
