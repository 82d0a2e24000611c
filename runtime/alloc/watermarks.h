// How much of each zone is kept free and for whom: the formulas of mm/page_alloc.c as pure functions, and the check of
// an allocation against them.
#pragma once

#include "runtime/alloc/page_allocator_state.h"

namespace kmem::sim {

/// ALLOC_* of mm/internal.h.
enum AllocFlag : uint32_t {
  AllocMarkMin = 0,
  AllocMarkLow = 1,
  AllocMarkHigh = 2,
  AllocNoWatermarks = 4,
  AllocMarkMask = 3,
  AllocOom = 0x08,
  AllocNonBlock = 0x10,
  AllocMinReserve = 0x20, ///< __GFP_HIGH
  AllocNoFragment = 0x100,
  AllocHighAtomic = 0x200,
  AllocKswapd = 0x800,
  AllocReserves = AllocNonBlock | AllocMinReserve | AllocHighAtomic | AllocOom,
};

/// min_free_kbytes for a machine on which `bufferPages` pages lie above the high marks of the lower zones.
uint64_t minFreeKbytesFor(uint64_t bufferPages);
/// What khugepaged raises it to; 0 when transparent huge pages are off, as on machines below 512 MiB.
uint64_t recommendedMinFreeKbytes(uint64_t managedPages, uint64_t bufferPages, unsigned zones);

/// Sets marks of all zones from their managed pages and clears the boosts, then the per-CPU limits that follow.
void setUpWatermarks(Zone (&zones)[zoneSlots], uint64_t minFreeKbytes, unsigned cpus);
void setUpLowmemReserve(Zone (&zones)[zoneSlots]);

uint32_t pcpBatchFor(uint64_t managedPages);

/// Whether an allocation may take 2^order pages and leave `mark` (without what only others may use).
/// `freePages` is what is free, or would be.
bool watermarkOk(const Zone &zone, const Release &release, unsigned order, uint64_t mark, ZoneId highestZone,
                 uint32_t flags, uint64_t freePages);
/// The check of the fast path: order-0 high-priority requests ignore the boost of the lowest mark.
bool watermarkOkFast(const Zone &zone, const Release &release, unsigned order, uint64_t mark, ZoneId highestZone,
                     uint32_t flags, bool ignoresBoost);
/// wmark_pages(): the mark that `flags` name, with the boost.
uint64_t markOf(const Zone &zone, uint32_t flags);

/// boost_watermark() after an allocation fell back to another type's small blocks; true when the mark is boosted.
bool boostWatermark(Zone &zone);

} // namespace kmem::sim
