// ./dev bench sim: the simulated kernel's speed beside glibc's malloc, measured in one run. Exit code 1 when a limit of
// sim_limits.h is missed.
#include "tests/bench/sim_limits.h"

#include "runtime/sim/system.h"

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

using namespace kmem::sim;

constexpr uint64_t objectSize = 64;
constexpr uint64_t manyObjects = 1000000;

/// A production kernel: what a driver's test would take for speed has no lockdep either.
std::unique_ptr<System> boot(const char *name = "deb612") {
  Profile profile = *profileNamed(name);
  profile.memoryBytes = uint64_t(4) << 30;
  settle(profile);
  return std::make_unique<System>(profile);
}

void mallocPair(benchmark::State &state) {
  for (auto _ : state) {
    void *object = std::malloc(objectSize);
    benchmark::DoNotOptimize(object);
    std::free(object);
  }
}

void mallocPagePair(benchmark::State &state) {
  for (auto _ : state) {
    void *page = std::malloc(pageSize);
    benchmark::DoNotOptimize(page);
    std::free(page);
  }
}

void kmallocPairOf(benchmark::State &state, const char *profile) {
  const auto system = boot(profile);
  const Gfp gfp = system->profile().gfp.kernel();
  for (auto _ : state)
    system->kmalloc.kfree(system->kmalloc.kmalloc(objectSize, gfp));
}
void kmallocPair(benchmark::State &state) { kmallocPairOf(state, "deb612"); }
void kmallocPairDebug(benchmark::State &state) { kmallocPairOf(state, "612dbg"); }

void pagePairOf(benchmark::State &state, const char *profile) {
  const auto system = boot(profile);
  const Gfp gfp = system->profile().gfp.kernel();
  for (auto _ : state)
    system->pages.free(*system->pages.allocate(gfp, 0), 0);
}
void pagePair(benchmark::State &state) { pagePairOf(state, "deb612"); }
void pagePairDebug(benchmark::State &state) { pagePairOf(state, "612dbg"); }

void pairAmongLive(benchmark::State &state) {
  const auto system = boot();
  const Gfp gfp = system->profile().gfp.kernel();
  for (int64_t i = 0; i < state.range(0); ++i)
    system->kmalloc.kmalloc(objectSize, gfp);
  for (auto _ : state)
    system->kmalloc.kfree(system->kmalloc.kmalloc(objectSize, gfp));
}

/// Each iteration fills a machine: the time for one object.
void fill(benchmark::State &state) {
  const auto objects = uint64_t(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    auto system = boot();
    const Gfp gfp = system->profile().gfp.kernel();
    state.ResumeTiming();
    for (uint64_t i = 0; i < objects; ++i)
      benchmark::DoNotOptimize(system->kmalloc.kmalloc(objectSize, gfp));
    state.PauseTiming();
    system = nullptr;
    state.ResumeTiming();
  }
  state.SetItemsProcessed(int64_t(state.iterations() * objects));
}

void snapshotAndRestore(benchmark::State &state) {
  const auto system = boot();
  const Gfp gfp = system->profile().gfp.kernel();
  for (uint64_t i = 0; i < manyObjects; ++i)
    system->kmalloc.kmalloc(objectSize, gfp);
  for (auto _ : state)
    system->restore(system->snapshot());
}

/// The same with a change in between, which has to be copied and thrown away.
void snapshotChangeRestore(benchmark::State &state) {
  const auto system = boot();
  const Gfp gfp = system->profile().gfp.kernel();
  for (uint64_t i = 0; i < manyObjects; ++i)
    system->kmalloc.kmalloc(objectSize, gfp);
  for (auto _ : state) {
    const System::Snapshot before = system->snapshot();
    system->kmalloc.kmalloc(objectSize, gfp);
    system->restore(before);
  }
}

/// Remembers the CPU times for the limits: others may use the machine, too.
class Collector : public benchmark::ConsoleReporter {
public:
  kmem::bench::Times times;
  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs)
      times[run.run_name.str()] = run.GetAdjustedCPUTime() * 1e9 / benchmark::GetTimeUnitMultiplier(run.time_unit);
    ConsoleReporter::ReportRuns(runs);
  }
};

BENCHMARK(mallocPair);
BENCHMARK(kmallocPair);
BENCHMARK(kmallocPairDebug);
BENCHMARK(mallocPagePair);
BENCHMARK(pagePair);
BENCHMARK(pagePairDebug);
BENCHMARK(pairAmongLive)->RangeMultiplier(10)->Range(1000, 10000000);
BENCHMARK(fill)->RangeMultiplier(10)->Range(1000, 1000000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(snapshotAndRestore);
BENCHMARK(snapshotChangeRestore);

} // namespace

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  const kmem::bench::Bookkeeping bookkeeping = kmem::bench::measureBookkeeping(manyObjects);
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  return kmem::bench::printLimits(collector.times, bookkeeping) ? 0 : 1;
}
