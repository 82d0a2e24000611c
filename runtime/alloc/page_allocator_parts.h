// What a PageAllocator is made of, and one allocation on its way through it.
#pragma once

#include "runtime/alloc/boot_memory.h"
#include "runtime/alloc/page_prepare.h"
#include "runtime/alloc/pcp.h"
#include "runtime/alloc/watermarks.h"
#include "runtime/alloc/zonelist.h"

namespace kmem::sim {

/// struct alloc_context with the request itself.
struct PageRequest {
  Gfp gfp;
  unsigned order;
  MigrateType type;
  ZoneId highestZone;
  std::span<const uint8_t> zones; ///< slots, nearest first
  bool allowsZone(unsigned slot) const { return slot % zoneCount <= unsigned(highestZone); }
};

/// Outcome of an attempt to free memory.
enum class Compaction : uint8_t { Skipped, Failed };

struct PageAllocator::Parts {
  Parts(Kernel &kernel, State &state, Oracle &oracle);

  std::optional<Pfn> allocate(Gfp gfp, unsigned order, std::optional<unsigned> node);
  /// free_unref_page() or __free_pages_ok(): no reference is left.
  void freeUnreferenced(Pfn pfn, unsigned order, bool toTail = false);
  /// __show_mem() up to a zone.
  void showMemory(ZoneId highestZone) const;
  void warnAllocation(Gfp gfp, const std::string &what);
  ZoneIndex zoneOf(Pfn pfn) const;
  Zone &zoneFor(Pfn pfn) { return state.zones[zoneOf(pfn).slot()]; }
  unsigned node(std::optional<unsigned> wanted) const;
  /// prepare_alloc_pages(): nothing when a fault is injected.
  std::optional<PageRequest> prepare(Gfp gfp, unsigned order, unsigned node);
  bool lockPerCpu();
  void unlockPerCpu();
  /// rmqueue().
  std::optional<Pfn> takeFrom(Zone &zone, const PageRequest &request, uint32_t flags);

  // Slow path
  std::optional<Pfn> slowPath(PageRequest request);
  void wakeKswapd(unsigned node, unsigned order, ZoneId highestZone);
  bool runKswapd();
  bool isBalanced(unsigned node, ZoneId highestZone) const;
  uint64_t reclaimUntilBalanced(unsigned node, ZoneId highestZone);
  void takeBoostsBack(unsigned node);
  uint64_t reclaimablePages() const;

  Kernel &kernel;
  State &state;
  Oracle &oracle;
  const bool is612;
  const Pfn secondNode;
  FreeLists freeLists;
  PerCpuLists perCpu;
  PagePreparation pages;
  const BootMemory boot;
  std::optional<Zonelists> zonelists;
  std::vector<Reclaimer *> reclaimers;
  OomKiller *oomKiller = nullptr;

  /// Entries of a zone in the list of a request, from the first that its flags allow.
  std::optional<Pfn> fromFreeLists(const PageRequest &request, uint32_t flags);
  std::optional<Pfn> fromFreeListsOnce(const PageRequest &request, uint32_t flags);
  bool passesWatermark(Zone &zone, const PageRequest &request, uint32_t flags);
  std::optional<Pfn> fromPerCpuLists(Zone &zone, const PageRequest &request, uint32_t flags);
  std::optional<Pfn> fromBuddy(Zone &zone, const PageRequest &request, uint32_t flags);
  uint32_t noFragmentFlag(const PageRequest &request) const;
  uint32_t allocFlags(const PageRequest &request) const;
  uint32_t reserveFlags(Gfp gfp) const;
  void wakeAllKswapds(const PageRequest &request);
  uint64_t reclaimDirectly(const PageRequest &request);
  std::optional<Pfn> fromReclaim(const PageRequest &request, uint32_t flags, uint64_t &progress);
  Compaction compact(const PageRequest &request);
  std::optional<Pfn> fromCompaction(const PageRequest &request, uint32_t flags, Compaction &result);
  bool reclaimMayHelp(const PageRequest &request, uint32_t flags, uint64_t progress, unsigned &fruitlessRounds);
  std::optional<Pfn> fromOomKill(const PageRequest &request, uint64_t &progress);
  bool outOfMemory(const PageRequest &request);
  void reportOom(const PageRequest &request);
  void showZone(const Zone &zone) const;
  void showFreeBlocks(const Zone &zone) const;
  std::string nodePrefix(const Zone &zone) const;
  bool unreserveHighatomic(const PageRequest &request, bool force);
  void fail(const PageRequest &request);
  uint64_t bufferPages() const;
  void setUpZones();
  void markReserved();
  void hold(MigrateType type, uint64_t count);
  void giveHeld(Pfn pfn, unsigned order);
  /// Keeps a block that is in no list in use for good.
  void keepHeld(Pfn pfn, unsigned order);
  void giveAllHeld(Zone &zone);
  void giveSomeHeld(uint64_t most);
  uint64_t shrinkIdleSlabs(Gfp gfp, uint64_t wanted);
};

} // namespace kmem::sim
