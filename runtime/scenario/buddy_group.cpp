// buddy: which zone and how many pages each order and flag gets, what goes through the per-CPU lists, how blocks split
// and merge.
#include "runtime/scenario/group.h"
#include "runtime/scenario/zone_records.h"
#include "runtime/sim/system.h"

#include <array>

namespace kmem::sim {

namespace {

struct Flags {
  llvm::StringRef name, gfp;
};
constexpr Flags flagCases[] = {
    {"GFP_KERNEL", "GFP_KERNEL"},
    {"GFP_ATOMIC", "GFP_ATOMIC"},
    {"GFP_DMA", "GFP_DMA|GFP_KERNEL"},
    {"GFP_DMA(alone)", "GFP_DMA"},
    {"GFP_DMA32", "GFP_DMA32|GFP_KERNEL"},
    {"GFP_NOWAIT", "GFP_NOWAIT"},
    {"GFP_HIGHUSER_MOVABLE", "GFP_HIGHUSER_MOVABLE"},
};
constexpr unsigned ordersBeyond = 2; // tried above the largest order
constexpr unsigned sequencePages = 300;
constexpr unsigned splitOrder = 6;
constexpr uint64_t exactBytes = 5 * pageSize;
constexpr unsigned bulkPages = 100;

class BuddyGroup {
public:
  BuddyGroup(System &system, Emit emit)
      : system(system), pages(system.pages), experiments(system, emit), change(system) {}

  void run() {
    const ProbeThread thread(system);
    pages.drainAll();
    emitZones(experiments, system, "zone_state", true);
    for (const Flags &flags : flagCases)
      for (unsigned order = 0; order <= maxPageOrder + ordersBeyond; ++order)
        allocateOne(flags, order);
    for (unsigned order = 0; order <= maxPageOrder; ++order)
      allocateDrained(order);
    sequence();
    refillSteps();
    lastInFirstOut();
    splitBlock();
    exact();
    bulk();
    references();
    emitZones(experiments, system, "zone_state_end", true);
  }

private:
  Gfp gfp(llvm::StringRef text) const { return *system.profile().gfp.parse(std::string_view(text)); }
  llvm::StringRef zoneName(Pfn pfn) const { return nameOf(pages.zoneOf(pfn).zone); }
  int64_t perCpuPages(Pfn pfn) const { return pages.zone(pages.zoneOf(pfn)).perCpuPages[system.kernel.context.cpu()]; }
  void finishWithChange(Record record) {
    record["delta"] = change.sinceBegin();
    experiments.finishWithoutSplat(std::move(record));
  }
  Record rowForOrder(llvm::StringRef op, unsigned order) {
    Record record = experiments.row(op);
    record["args"] = Record{{"order", order}};
    return record;
  }

  void allocateOne(const Flags &flags, unsigned order);
  void allocateDrained(unsigned order);
  void sequence();
  void refillSteps();
  void lastInFirstOut();
  void splitBlock();
  void exact();
  void bulk();
  void references();
  void putOne(llvm::StringRef op, Gfp flags);

  System &system;
  PageAllocator &pages;
  Experiments experiments;
  FreeBlocksChange change;
};

void BuddyGroup::allocateOne(const Flags &flags, unsigned order) {
  experiments.begin();
  change.begin();
  const auto pfn = pages.allocate(gfp(flags.gfp), order);
  Record record = experiments.row("alloc_pages");
  record["args"] = Record{{"gfp", flags.name}, {"order", order}};
  record["result"] = pfn ? zoneName(*pfn) : "NULL";
  if (pfn) {
    record["pfn"] = hexadecimal(*pfn);
    record["pfn_align_ok"] = *pfn & ((Pfn(1) << order) - 1) ? 0 : 1;
    record["refcount"] = system.kernel.memory.page(*pfn).refCount;
  }
  record["delta"] = change.sinceBegin();
  experiments.finish(std::move(record));
  if (pfn)
    pages.free(*pfn, order);
}

void BuddyGroup::allocateDrained(unsigned order) {
  pages.drainAll();
  system.kernel.context.preemptDisable();
  change.begin();
  const auto pfn = pages.allocate(gfp("GFP_ATOMIC"), order);
  Record record = rowForOrder("drained_alloc", order);
  record["result"] = pfn ? zoneName(*pfn) : "NULL";
  if (pfn)
    record["pfn"] = hexadecimal(*pfn);
  record["pcp_after"] = pfn ? perCpuPages(*pfn) : -1;
  finishWithChange(std::move(record));
  change.begin();
  if (pfn)
    pages.free(*pfn, order);
  record = rowForOrder("free_after_drained_alloc", order);
  record["pcp_after"] = pfn ? perCpuPages(*pfn) : -1;
  finishWithChange(std::move(record));
  system.kernel.context.preemptEnable();
  change.begin();
  pages.drainAll();
  finishWithChange(rowForOrder("drain_after", order));
}

void BuddyGroup::sequence() {
  pages.drainAll();
  emitZones(experiments, system, "before_seq", false);
  system.kernel.context.preemptDisable();
  change.begin();
  std::array<Pfn, sequencePages> taken{};
  llvm::json::Array frames, counts;
  for (Pfn &pfn : taken) {
    pfn = pages.allocate(gfp("GFP_ATOMIC"), 0).value_or(0);
    frames.push_back(int64_t(pfn));
  }
  Record record = experiments.row("seq_order0_pfn");
  record["result"] = std::move(frames);
  finishWithChange(std::move(record));
  for (const Pfn pfn : taken) {
    pages.free(pfn, 0);
    counts.push_back(perCpuPages(taken[0]));
  }
  record = experiments.row("seq_free_pcp_counts");
  record["result"] = std::move(counts);
  finishWithChange(std::move(record));
  system.kernel.context.preemptEnable();
  pages.drainAll();
  finishWithChange(experiments.row("seq_after_drain"));
  emitZones(experiments, system, "after_seq", false);
}

void BuddyGroup::refillSteps() {
  pages.drainAll();
  system.kernel.context.preemptDisable();
  std::array<Pfn, sequencePages> taken{};
  llvm::json::Array counts;
  for (Pfn &pfn : taken) {
    pfn = pages.allocate(gfp("GFP_ATOMIC"), 0).value_or(0);
    counts.push_back(perCpuPages(taken[0]));
  }
  Record record = experiments.row("pcp_refill_steps");
  record["result"] = std::move(counts);
  experiments.finishWithoutSplat(std::move(record));
  system.kernel.context.preemptEnable();
  for (size_t i = taken.size(); i-- > 0;)
    pages.free(taken[i], 0);
}

void BuddyGroup::lastInFirstOut() {
  const Gfp atomic = gfp("GFP_ATOMIC");
  const Pfn first = *pages.allocate(atomic, 0), second = *pages.allocate(atomic, 0);
  pages.free(first, 0);
  pages.free(second, 0);
  const Pfn again = *pages.allocate(atomic, 0);
  Record record = experiments.row("pcp_lifo");
  record["got_last_freed"] = again == second ? 1 : 0;
  experiments.finishWithoutSplat(std::move(record));
  pages.free(again, 0);
}

void BuddyGroup::splitBlock() {
  pages.drainAll();
  change.begin();
  const auto block = pages.allocate(gfp("GFP_KERNEL"), splitOrder);
  finishWithChange(experiments.row("alloc_o6"));
  if (!block)
    return;
  pages.splitPage(*block, splitOrder);
  for (const Pfn odd : {0, 1}) {
    change.begin();
    for (Pfn i = odd; i < Pfn(1) << splitOrder; i += 2)
      pages.free(*block + i, 0);
    pages.drainAll();
    finishWithChange(experiments.row(odd ? "free_odd_pages_of_split_o6" : "free_even_pages_of_split_o6"));
  }
}

void BuddyGroup::exact() {
  pages.drainAll();
  change.begin();
  const Address address = pages.allocateExact(exactBytes, gfp("GFP_KERNEL"));
  finishWithChange(experiments.row("alloc_pages_exact_5"));
  change.begin();
  pages.freeExact(address, exactBytes);
  pages.drainAll();
  finishWithChange(experiments.row("free_pages_exact_5_drained"));
}

void BuddyGroup::bulk() {
  std::array<Pfn, bulkPages> taken{};
  pages.drainAll();
  change.begin();
  const uint64_t count = pages.allocateBulk(gfp("GFP_KERNEL"), taken);
  Record record = experiments.row("alloc_pages_bulk_array_100");
  record["result"] = int64_t(count);
  finishWithChange(std::move(record));
  for (uint64_t i = 0; i < count; ++i)
    pages.free(taken[i], 0);
}

void BuddyGroup::putOne(llvm::StringRef op, Gfp flags) {
  experiments.begin();
  const Pfn pfn = *pages.allocate(flags, 2);
  change.begin();
  pages.putPage(pfn);
  pages.drainAll();
  Record record = experiments.row(op);
  record["delta"] = change.sinceBegin();
  experiments.finish(std::move(record));
}

void BuddyGroup::references() {
  putOne("alloc_o2_noncomp_put_page", gfp("GFP_KERNEL"));
  putOne("alloc_o2_comp_put_page", gfp("GFP_KERNEL|__GFP_COMP"));
  experiments.begin();
  const Pfn pfn = *pages.allocate(gfp("GFP_KERNEL"), 2);
  pages.getPage(pfn);
  change.begin();
  pages.free(pfn, 2);
  pages.drainAll();
  Record record = experiments.row("free_pages_o2_with_extra_ref");
  record["delta"] = change.sinceBegin();
  experiments.finish(std::move(record));
  change.begin();
  pages.putPage(pfn);
  pages.drainAll();
  finishWithChange(experiments.row("then_put_page"));
}

} // namespace

void runBuddyGroup(System &system, Emit emit) { BuddyGroup(system, emit).run(); }

} // namespace kmem::sim
