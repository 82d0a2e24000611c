// exhaust: all memory that one kind of request gets, and what it leaves to others.
#include "runtime/scenario/recorded_state.h"
#include "runtime/scenario/zone_records.h"
#include "runtime/sim/system.h"

#include <vector>

namespace kmem::sim {

namespace {

enum class Surroundings { Plain, IrqsOff, MemallocTask, BottomHalvesOff }; // numbered as in the recording

struct Case {
  llvm::StringRef name, gfp;
  unsigned order;
  Surroundings surroundings = Surroundings::Plain;
};
constexpr Case cases[] = {
    {"GFP_NOWAIT|NOWARN", "GFP_NOWAIT|__GFP_NOWARN", 0},
    {"GFP_ATOMIC|NOWARN", "GFP_ATOMIC|__GFP_NOWARN", 0},
    {"GFP_ATOMIC", "GFP_ATOMIC", 0},
    {"0|NOWARN (no kswapd)", "__GFP_NOWARN", 0},
    {"__GFP_HIGH|NOWARN", "__GFP_HIGH|__GFP_NOWARN", 0},
    {"__GFP_HIGH|__GFP_IO|__GFP_FS|NOWARN", "__GFP_HIGH|__GFP_IO|__GFP_FS|__GFP_NOWARN", 0},
    {"GFP_ATOMIC|NOMEMALLOC|NOWARN", "GFP_ATOMIC|__GFP_NOMEMALLOC|__GFP_NOWARN", 0},
    {"GFP_ATOMIC|MEMALLOC|NOWARN", "GFP_ATOMIC|__GFP_MEMALLOC|__GFP_NOWARN", 0},
    {"GFP_NOWAIT|MEMALLOC|NOWARN", "GFP_NOWAIT|__GFP_MEMALLOC|__GFP_NOWARN", 0},
    {"GFP_NOWAIT|NOWARN + PF_MEMALLOC", "GFP_NOWAIT|__GFP_NOWARN", 0, Surroundings::MemallocTask},
    {"GFP_KERNEL|NOWARN + PF_MEMALLOC", "GFP_KERNEL|__GFP_NOWARN", 0, Surroundings::MemallocTask},
    {"GFP_ATOMIC|NOWARN irqs off", "GFP_ATOMIC|__GFP_NOWARN", 0, Surroundings::IrqsOff},
    {"GFP_ATOMIC|NOWARN bh off", "GFP_ATOMIC|__GFP_NOWARN", 0, Surroundings::BottomHalvesOff},
    {"GFP_KERNEL|NORETRY|NOWARN", "GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN", 0},
    {"GFP_KERNEL|RETRY_MAYFAIL|NOWARN", "GFP_KERNEL|__GFP_RETRY_MAYFAIL|__GFP_NOWARN", 0},
    {"GFP_NOIO|NORETRY|NOWARN", "GFP_NOIO|__GFP_NORETRY|__GFP_NOWARN", 0},
    {"GFP_NOWAIT|NOWARN", "GFP_NOWAIT|__GFP_NOWARN", 1},
    {"GFP_NOWAIT|NOWARN", "GFP_NOWAIT|__GFP_NOWARN", 3},
    {"GFP_NOWAIT|NOWARN", "GFP_NOWAIT|__GFP_NOWARN", 5},
    {"GFP_NOWAIT|NOWARN", "GFP_NOWAIT|__GFP_NOWARN", maxPageOrder},
    {"GFP_ATOMIC|NOWARN", "GFP_ATOMIC|__GFP_NOWARN", 1},
    {"GFP_ATOMIC|NOWARN", "GFP_ATOMIC|__GFP_NOWARN", 3},
    {"GFP_ATOMIC|NOWARN", "GFP_ATOMIC|__GFP_NOWARN", 5},
    {"GFP_ATOMIC|NOWARN", "GFP_ATOMIC|__GFP_NOWARN", maxPageOrder},
    {"GFP_KERNEL|NORETRY|NOWARN", "GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN", 3},
    {"GFP_KERNEL|NOWARN costly", "GFP_KERNEL|__GFP_NOWARN", 4},
    {"GFP_KERNEL|NORETRY|NOWARN", "GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN", maxPageOrder},
    {"GFP_DMA|NOWAIT|NOWARN", "GFP_DMA|GFP_NOWAIT|__GFP_NOWARN", 0},
    {"GFP_DMA|ATOMIC|NOWARN", "GFP_DMA|GFP_ATOMIC|__GFP_NOWARN", 0},
    {"GFP_DMA|MEMALLOC|NOWARN", "GFP_DMA|__GFP_MEMALLOC|__GFP_NOWARN", 0},
    {"GFP_DMA32|NOWAIT|NOWARN", "GFP_DMA32|GFP_NOWAIT|__GFP_NOWARN", 0},
    {"GFP_HIGHUSER_MOVABLE&~RECLAIM|NOWARN", "GFP_HIGHUSER_MOVABLE&~__GFP_RECLAIM|__GFP_NOWARN", 0},
    {"GFP_NOWAIT|RECLAIMABLE|NOWARN", "GFP_NOWAIT|__GFP_RECLAIMABLE|__GFP_NOWARN", 0},
    {"GFP_NOWAIT (with warning)", "GFP_NOWAIT&~__GFP_NOWARN", 0},
    {"GFP_KERNEL|NORETRY (with warning)", "GFP_KERNEL|__GFP_NORETRY", 0},
};

// What the guests needed for one request, and for the free with the pause before the next experiment.
constexpr uint64_t nanosecondsPerRequest = 200'000;
constexpr uint64_t pauseNanoseconds = 20'000'000;
/// Requests, or frees, for which kswapd is busy with one round on another CPU. As the recordings show: the boost is
/// taken back up to the experiment with GFP_ATOMIC|MEMALLOC and stays from the next one on, when 16 rounds were
/// fruitless.
constexpr unsigned requestsPerKswapdRound = 280;

class ExhaustGroup {
public:
  ExhaustGroup(System &system, Emit emit, const TruthFile &recording)
      : system(system), pages(system.pages), experiments(system, emit), recording(recording) {}

  void run() {
    arrangeZones(pages, recording);
    pages.drainAll();
    emitZones(experiments, system, "zone_state", true);
    for (const Case &each : cases)
      exhaust(each);
    emitZones(experiments, system, "zone_state_end", true);
  }

private:
  void exhaust(const Case &each);
  void takeAll(const Case &each);
  void takeAllIn(const Case &each);
  Record zonesAtFailure() const;
  void letKswapdRun() {
    kswapdProgress = pages.kswapdIsAwake() ? kswapdProgress + 1 : 0;
    if (kswapdProgress < requestsPerKswapdRound)
      return;
    pages.runKswapd();
    kswapdProgress = 0;
  }
  void pass(uint64_t nanoseconds) {
    system.kernel.context.advanceTo(system.kernel.context.nanoseconds() + nanoseconds);
    pages.runKswapd();
  }

  System &system;
  PageAllocator &pages;
  Experiments experiments;
  const TruthFile &recording;
  std::vector<Pfn> taken;
  unsigned kswapdProgress = 0;
};

Record ExhaustGroup::zonesAtFailure() const {
  Record zones;
  for (const ZoneIndex index : pages.zones()) {
    if (index.node)
      continue;
    const ZoneView zone = pages.zone(index);
    int64_t perCpu = 0;
    for (const uint32_t count : zone.perCpuPages)
      perCpu += count;
    zones[nameOf(index.zone)] = Record{{"free", int64_t(zone.free)},
                                       {"min", int64_t(zone.minMark)},
                                       {"low", int64_t(zone.lowMark)},
                                       {"high", int64_t(zone.highMark)},
                                       {"highatomic", int64_t(zone.reservedHighatomic)},
                                       {"boost", int64_t(zone.boost)},
                                       {"pcp", perCpu},
                                       {"nr_free", blocksByOrder(zone.freeBlocks)}};
  }
  return zones;
}

void ExhaustGroup::takeAll(const Case &each) {
  const Gfp gfp = *system.profile().gfp.parse(std::string_view(each.gfp));
  while (const auto pfn = pages.allocate(gfp, each.order)) {
    taken.push_back(*pfn);
    letKswapdRun();
  }
}

void ExhaustGroup::takeAllIn(const Case &each) {
  Context &context = system.kernel.context;
  switch (each.surroundings) {
  case Surroundings::Plain:
    takeAll(each);
    break;
  case Surroundings::IrqsOff: {
    const bool wereOff = context.irqSave();
    takeAll(each);
    context.irqRestore(wereOff);
    break;
  }
  case Surroundings::MemallocTask:
    context.taskForWrite().flags |= PfMemalloc;
    takeAll(each);
    context.taskForWrite().flags &= ~uint32_t(PfMemalloc);
    break;
  case Surroundings::BottomHalvesOff:
    context.bhDisable();
    takeAll(each);
    context.bhEnable();
    break;
  }
}

void ExhaustGroup::exhaust(const Case &each) {
  const ProbeThread thread(system);
  pages.drainAll();
  Record record = experiments.row("exhaust");
  record["args"] = Record{{"gfp", each.name}, {"order", each.order}, {"ctx", int64_t(each.surroundings)}};
  leaveToOthers(pages, recording, record);
  experiments.begin();
  takeAllIn(each);
  record["allocated"] = int64_t(taken.size());
  record["zones_at_failure"] = zonesAtFailure();
  experiments.finish(std::move(record));
  const uint64_t elapsed = taken.size() * nanosecondsPerRequest;
  for (; !taken.empty(); taken.pop_back()) {
    pages.free(taken.back(), each.order);
    letKswapdRun();
  }
  pages.drainAll();
  pass(elapsed + pauseNanoseconds);
}

} // namespace

void runExhaustGroup(System &system, Emit emit, const TruthFile &recording) {
  ExhaustGroup(system, emit, recording).run();
}

} // namespace kmem::sim
