// What the kernel prints of its memory when an allocation fails: warn_alloc() in mm/page_alloc.c and __show_mem() in
// mm/show_mem.c (lib/show_mem.c in 6.1). Counts of LRU lists are not the page allocator's; they read 0.
#include "runtime/alloc/page_allocator_parts.h"
#include "runtime/alloc/print_line.h"

#include <utility>

namespace kmem::sim {

namespace {

constexpr uint64_t secondsBetweenWarnings = 10; // DEFAULT_RATELIMIT of warn_alloc()

uint64_t kib(uint64_t pages) { return pages << (pageShift - 10); }

/// "(UM)": types that have a free block of this order.
std::string typesOf(const Zone &zone, unsigned order) {
  constexpr char letters[migrateTypeCount] = {'U', 'M', 'E', 'H'};
  std::string types;
  for (unsigned type = 0; type < migrateTypeCount; ++type)
    if (zone.blocks(order, MigrateType(type)))
      types += letters[type];
  return "(" + types + ") ";
}

} // namespace

void PageAllocator::Parts::showMemory(ZoneId highestZone) const {
  kernel.console.print("Mem-Info:");
  kernel.console.print("active_anon:0 inactive_anon:0 isolated_anon:0");
  for (unsigned node = 0; node < kernel.profile.nodes; ++node)
    printLine(kernel,
              "Node %u active_anon:0kB inactive_anon:0kB active_file:0kB inactive_file:0kB unevictable:0kB "
              "isolated(anon):0kB isolated(file):0kB mapped:0kB dirty:0kB writeback:0kB shmem:0kB shmem_thp:0kB "
              "shmem_pmdmapped:0kB anon_thp:0kB writeback_tmp:0kB all_unreclaimable? %s",
              node, state.kswapd[node].failures >= 16 ? "yes" : "no");
  uint64_t present = 0, managed = 0;
  for (const Zone &zone : state.zones) {
    present += zone.present;
    managed += zone.managed;
    if (zone.present && zone.index.zone <= highestZone)
      showZone(zone);
  }
  for (const Zone &zone : state.zones)
    if (zone.present && zone.index.zone <= highestZone)
      showFreeBlocks(zone);
  for (unsigned node = 0; node < kernel.profile.nodes; ++node)
    printLine(kernel, "Node %u hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB", node);
  kernel.console.print("0 total pagecache pages");
  printLine(kernel, "%lu pages RAM", present);
  kernel.console.print("0 pages HighMem/MovableOnly");
  printLine(kernel, "%lu pages reserved", present - managed);
}

std::string PageAllocator::Parts::nodePrefix(const Zone &zone) const {
  return kernel.profile.numa ? "Node " + std::to_string(zone.index.node) + " " : "";
}

void PageAllocator::Parts::showZone(const Zone &zone) const {
  uint64_t pcpPages = 0;
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    pcpPages += uint64_t(perCpu.of(zone, cpu).count);
  printLine(kernel,
            "%s%s free:%lukB boost:%lukB min:%lukB low:%lukB high:%lukB reserved_highatomic:%luKB active_anon:0kB "
            "inactive_anon:0kB active_file:0kB inactive_file:0kB unevictable:0kB writepending:0kB present:%lukB "
            "managed:%lukB mlocked:0kB bounce:0kB free_pcp:%lukB local_pcp:%ukB free_cma:0kB",
            nodePrefix(zone).c_str(), nameOf(zone.index.zone), kib(zone.free), kib(zone.boost),
            kib(markOf(zone, AllocMarkMin)), kib(markOf(zone, AllocMarkLow)), kib(markOf(zone, AllocMarkHigh)),
            kib(zone.reservedHighatomic), kib(zone.present), kib(zone.managed), kib(pcpPages),
            unsigned(kib(uint64_t(perCpu.of(zone, kernel.context.cpu()).count))));
  const uint64_t(&reserve)[zoneCount] = zone.lowmemReserve;
  printLine(kernel, "lowmem_reserve[]: %lu %lu %lu %lu", reserve[0], reserve[1], reserve[2], reserve[3]);
}

void PageAllocator::Parts::showFreeBlocks(const Zone &zone) const {
  std::string line = nodePrefix(zone) + nameOf(zone.index.zone) + ": ";
  uint64_t pages = 0;
  for (unsigned order = 0; order < orderCount; ++order) {
    const uint64_t blocks = zone.freeBlocks[order];
    pages += blocks << order;
    line += std::to_string(blocks) + "*" + std::to_string(kib(uint64_t(1) << order)) + "kB ";
    if (blocks)
      line += typesOf(zone, order);
  }
  kernel.console.print(line + "= " + std::to_string(kib(pages)) + "kB");
}

void PageAllocator::Parts::warnAllocation(Gfp gfp, const std::string &what) {
  const uint64_t now = kernel.context.jiffies() + 1;
  if (gfp & kernel.profile.gfp.nowarn)
    return;
  if (state.lastWarning && now <= state.lastWarning + secondsBetweenWarnings * kernel.profile.hz) {
    ++state.warningsMissed;
    return;
  }
  if (const uint32_t missed = std::exchange(state.warningsMissed, 0))
    printLine(kernel, "warn_alloc: %u callbacks suppressed", missed);
  state.lastWarning = now;
  printLine(kernel, "%s: %s, mode:%s, nodemask=(null)%s", kernel.context.task().comm, what.c_str(),
            kernel.profile.gfp.describe(gfp).c_str(), kernel.profile.distribution ? ",cpuset=/,mems_allowed=0" : "");
  showMemory(highestZoneFor(kernel.profile.gfp, gfp));
}

} // namespace kmem::sim
