// The zones of a simulated machine and what each knows of its free pages (include/linux/mmzone.h, struct zone).
#pragma once

#include "runtime/kernel/page.h"

#include <array>
#include <cstdint>
#include <vector>

namespace kmem::sim {

inline constexpr unsigned orderCount = maxPageOrder + 1; ///< NR_PAGE_ORDERS
inline constexpr unsigned maxNodes = 2;
inline constexpr unsigned zoneSlots = zoneCount * maxNodes;

struct ZoneIndex {
  uint8_t node;
  ZoneId zone;
  unsigned slot() const { return node * zoneCount + unsigned(zone); }
  static ZoneIndex ofSlot(unsigned slot) { return {uint8_t(slot / zoneCount), ZoneId(slot % zoneCount)}; }
  bool operator==(const ZoneIndex &) const = default;
};

inline constexpr const char *nameOf(ZoneId zone) {
  constexpr const char *names[zoneCount] = {"DMA", "DMA32", "Normal", "Movable"};
  return names[unsigned(zone)];
}

/// Free blocks by MigrateType and order.
using FreeBlocksByType = std::array<std::array<uint64_t, orderCount>, migrateTypeCount>;

/// One zone as a reader of /proc/zoneinfo sees it. Counts are pages.
struct ZoneView {
  Pfn startPfn;
  uint64_t spanned, present, managed;
  uint64_t free;                       ///< NR_FREE_PAGES; without the per-CPU lists
  uint64_t minMark, lowMark, highMark; ///< with the boost
  uint64_t boost;
  uint64_t reservedHighatomic;
  std::array<uint64_t, zoneCount> lowmemReserve;
  uint32_t pcpBatch, pcpHighMin, pcpHighMax;
  std::array<uint64_t, orderCount> freeBlocks; ///< nr_free by order
  FreeBlocksByType freeBlocksByType;
  std::vector<uint32_t> perCpuPages; ///< pcp->count by CPU
};

/// What the allocator did beyond handing out pages, since boot.
struct Events {
  uint64_t kswapdWakes, kswapdRuns, directReclaims, pagesReclaimed, compactions, oomKills;
};

} // namespace kmem::sim
