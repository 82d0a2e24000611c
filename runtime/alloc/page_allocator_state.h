// Everything the page allocator remembers besides the links and words in struct Page. Copying it is a snapshot.
#pragma once

#include "runtime/alloc/page_allocator.h"

namespace kmem::sim {

/// Ends of a list of blocks linked through Page::list, frame numbers plus one.
struct BlockList {
  uint32_t first, last;
  uint64_t count;
};

/// Blocks of the largest order that nobody took yet; they stand behind the list of movable blocks.
struct UntouchedBlocks {
  Pfn next, end;
  uint64_t count() const { return (end - next) >> maxPageOrder; }
};
inline constexpr unsigned maxUntouchedRanges = 4;

/// struct zone.
struct Zone {
  Pfn start;
  uint64_t spanned, present, managed;
  uint64_t free;                       ///< pages in the free lists
  uint64_t minMark, lowMark, highMark; ///< without the boost
  uint64_t boost;
  uint64_t reservedHighatomic; ///< pages in blocks set aside for high-priority allocations
  uint64_t freeHighatomic;     ///< of those, free ones (6.12)
  uint64_t lowmemReserve[zoneCount];
  uint32_t pcpBatch, pcpHighMin, pcpHighMax;
  BlockList lists[orderCount][migrateTypeCount];
  UntouchedBlocks untouched[maxUntouchedRanges];
};

struct PageAllocator::State {
  Zone zones[zoneSlots];
  CowArray<uint8_t> blockTypes; ///< MigrateType by pageblock
  uint64_t minFreeKbytes;
  Events events;
};

} // namespace kmem::sim
