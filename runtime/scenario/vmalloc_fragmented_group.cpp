// kmalloc and kvmalloc when large blocks are taken, and when no two free pages are neighbours.
#include "runtime/scenario/vmalloc_group.h"

namespace kmem::sim {

namespace {

constexpr size_t mostOddPages = 20000; ///< odd pages that are given back
constexpr unsigned mostRounds = 20;
/// Taking page by page lasts longer than warn_alloc() keeps quiet after a message.
constexpr uint64_t takingAllPages = 12'000'000'000;

} // namespace

void VmallocGroup::zoneStates(llvm::StringRef op) {
  for (const ZoneIndex index : system.pages.zones()) {
    const ZoneView zone = system.pages.zone(index);
    Record record = experiments.row(op);
    record["zone"] = nameOf(index.zone);
    record["free_pages"] = zone.free;
    record["nr_free"] = llvm::json::Array(zone.freeBlocks);
    experiments.finishWithoutSplat(std::move(record));
  }
}

void VmallocGroup::fragmentedRow(llvm::StringRef op, uint64_t size, Address memory) {
  experiments.finish(row(op, size, memory));
  system.kvmalloc.kvfree(memory);
  settle();
}

/// All blocks of order 3 and more, as far as the watermarks let.
void VmallocGroup::takenBlocks() {
  const Gfp taking = named("GFP_NOWAIT") | gfp.nowarn | gfp.nomemalloc;
  std::vector<std::pair<Pfn, unsigned>> taken;
  for (unsigned order = maxPageOrder; order >= 3; --order)
    while (const auto block = system.pages.allocate(taking, order))
      taken.push_back({*block, order});
  zoneStates("fragmented");
  for (const uint64_t size : {2048u, 4096u, 8192u, 16384u, 32768u, 131072u}) {
    experiments.begin();
    fragmentedRow("kvmalloc_fragmented", size, system.kvmalloc.kvmalloc(size, gfp.kernel()));
    experiments.begin();
    fragmentedRow("kmalloc_NOWAIT_fragmented", size, system.kmalloc.kmalloc(size, named("GFP_NOWAIT") | gfp.nowarn));
    experiments.begin();
    fragmentedRow("kmalloc_ATOMIC_fragmented", size, system.kmalloc.kmalloc(size, gfp.atomicAllocation() | gfp.nowarn));
  }
  for (auto block = taken.rbegin(); block != taken.rend(); ++block)
    system.pages.free(block->first, block->second);
}

std::vector<Pfn> VmallocGroup::takeAllPages(Gfp flags) {
  std::vector<Pfn> taken;
  while (const auto page = system.pages.allocate(flags, 0))
    taken.push_back(*page);
  return taken;
}

/// What is larger than a page, until nothing is: reclaim and the per-CPU lists may give something back meanwhile.
void VmallocGroup::takeLargerBlocks(std::vector<std::pair<Pfn, unsigned>> &taken) {
  const Gfp taking = named("GFP_NOWAIT") | gfp.nowarn | gfp.memalloc;
  for (unsigned round = 0; round < mostRounds; ++round) {
    for (unsigned order = maxPageOrder; order >= 1; --order)
      while (const auto block = system.pages.allocate(taking, order))
        taken.push_back({*block, order});
    system.pages.drainAll();
    uint64_t left = 0;
    for (const ZoneIndex index : system.pages.zones()) {
      const ZoneView zone = system.pages.zone(index);
      for (unsigned order = 1; order < orderCount; ++order)
        left += zone.freeBlocks[order];
    }
    if (!left)
      return;
  }
}

void VmallocGroup::oddPagesRow(uint64_t size, llvm::StringRef call, Address memory) {
  Record record = row("odd_pages_only", size, memory);
  record["call"] = call;
  experiments.finish(std::move(record));
  system.kvmalloc.kvfree(memory);
  settle();
}

void VmallocGroup::oddPagesOnly() {
  system.kernel.deferred.advance(takingAllPages);
  std::vector<Pfn> kept, all = takeAllPages(named("GFP_NOWAIT") | gfp.nowarn | gfp.memalloc);
  size_t freed = 0;
  for (auto page = all.rbegin(); page != all.rend(); ++page)
    if (*page % 2 && freed < mostOddPages) {
      system.pages.free(*page, 0);
      ++freed;
    } else {
      kept.push_back(*page);
    }
  system.pages.drainAll();
  std::vector<std::pair<Pfn, unsigned>> larger;
  takeLargerBlocks(larger);
  zoneStates("odd_pages_only");

  const Gfp nowait = named("GFP_NOWAIT"), atomic = gfp.atomicAllocation();
  Kmalloc &kmalloc = system.kmalloc;
  for (const uint64_t size :
       {64u, 1024u, 2048u, 4096u, 4097u, 8192u, 8193u, 16384u, 32768u, 131072u, 1u << 20, 4u << 20}) {
    experiments.begin();
    oddPagesRow(size, "kmalloc GFP_KERNEL|NORETRY|NOWARN",
                kmalloc.kmalloc(size, gfp.kernel() | gfp.noretry | gfp.nowarn));
    experiments.begin();
    oddPagesRow(size, "kmalloc GFP_NOWAIT", kmalloc.kmalloc(size, nowait));
    experiments.begin();
    oddPagesRow(size, "kmalloc GFP_ATOMIC", kmalloc.kmalloc(size, atomic));
    experiments.begin();
    oddPagesRow(size, "kvmalloc GFP_KERNEL", system.kvmalloc.kvmalloc(size, gfp.kernel()));
    experiments.begin();
    oddPagesRow(size, "kvmalloc GFP_NOWAIT", system.kvmalloc.kvmalloc(size, nowait));
    experiments.begin();
    oddPagesRow(size, "kmalloc GFP_KERNEL|RETRY_MAYFAIL", kmalloc.kmalloc(size, gfp.kernel() | gfp.retryMayfail));
  }
  for (const Pfn page : kept)
    system.pages.free(page, 0);
  for (const auto &[block, order] : larger)
    system.pages.free(block, order);
}

} // namespace kmem::sim
