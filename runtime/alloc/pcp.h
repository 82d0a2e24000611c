// Per-CPU lists in front of the free lists: blocks of orders 0 to 3 and of huge pages, taken from the zone and given
// back in batches whose size follows the load (mm/page_alloc.c: nr_pcp_alloc(), nr_pcp_high(), nr_pcp_free()).
#pragma once

#include "runtime/alloc/free_lists.h"

namespace kmem::sim {

class PerCpuLists {
public:
  PerCpuLists(Kernel &kernel, PageAllocator::State &state, FreeLists &freeLists)
      : kernel(kernel), state(state), freeLists(freeLists), is612(kernel.profile.release.atLeast(6, 12)) {}

  /// pcp_allowed_order().
  static bool takesOrder(unsigned order) { return order <= costlyOrder || order == pageblockOrder; }

  /// A block from the running CPU's list, refilled from the zone when empty. The caller holds pcp->lock.
  std::optional<Pfn> take(Zone &zone, unsigned order, MigrateType type, uint32_t flags);
  /// The same for one of several blocks in a row (alloc_pages_bulk()).
  std::optional<Pfn> takeNext(Zone &zone, unsigned order, MigrateType type, uint32_t flags);
  /// Puts a prepared block on the running CPU's list; gives some back to the zone when that is full. The caller holds
  /// pcp->lock.
  void put(Zone &zone, Pfn pfn, unsigned order, MigrateType type);
  /// drain_pages(): all blocks of a CPU go back.
  void drain(unsigned cpu);
  /// decay_pcp_high(), what a CPU's periodic statistics update does.
  void decay(unsigned cpu);

  const PerCpuPages &of(const Zone &zone, unsigned cpu) const { return state.perCpu.read(slot(zone, cpu)); }

private:
  static uint64_t slot(const Zone &zone, unsigned cpu) { return uint64_t(cpu) * zoneSlots + zone.index.slot(); }
  PerCpuPages &forWrite(const Zone &zone, unsigned cpu) { return state.perCpu.write(slot(zone, cpu)); }

  Pfn pop(BlockList &list, bool fromTail);
  void push(BlockList &list, Pfn pfn, bool toTail);
  void refill(Zone &zone, PerCpuPages &pcp, unsigned list, unsigned order, MigrateType type, uint32_t flags);
  unsigned blocksToTake(const Zone &zone, PerCpuPages &pcp, unsigned order) const;
  bool freesAll(const Zone &zone, PerCpuPages &pcp, unsigned order) const;
  int32_t limit(const Zone &zone, PerCpuPages &pcp, bool freeAll) const;
  int32_t pagesToFree(const Zone &zone, PerCpuPages &pcp, int32_t limit, bool freeAll) const;
  void giveBack(Zone &zone, PerCpuPages &pcp, int32_t pages, unsigned firstList);

  Kernel &kernel;
  PageAllocator::State &state;
  FreeLists &freeLists;
  const bool is612;
};

} // namespace kmem::sim
