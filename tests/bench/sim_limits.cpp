#include "tests/bench/sim_limits.h"

#include "runtime/sim/system.h"

#include <cstdio>
#include <malloc.h>

namespace kmem::bench {

using namespace kmem::sim;

namespace {

constexpr uint64_t objectSize = 64;
constexpr double mostTimesMalloc = 10;
constexpr double mostSnapshotMicroseconds = 100;
constexpr double mostGrowth = 3; ///< of a pair from 10^3 to 10^7 live objects; caches of the host count
constexpr double mostBookkeepingPercent = 25;

uint64_t hostHeap() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

bool limit(const char *what, double value, double most, const char *unit) {
  const bool kept = value <= most;
  std::printf("%-58s %10.2f %-6s limit %6.0f  %s\n", what, value, unit, most, kept ? "kept" : "MISSED");
  return kept;
}

double of(const Times &times, const std::string &name) {
  const auto found = times.find(name);
  return found == times.end() ? 0 : found->second;
}

} // namespace

Bookkeeping measureBookkeeping(uint64_t objects) {
  Profile profile = *profileNamed("612");
  profile.memoryBytes = uint64_t(4) << 30;
  settle(profile);
  System system(profile);
  const uint64_t heapBefore = hostHeap();
  const Gfp zeroed = profile.gfp.kernel() | profile.gfp.zero;
  for (uint64_t i = 0; i < objects; ++i)
    system.kmalloc.kmalloc(objectSize, zeroed);
  const uint64_t simulated = objects * objectSize;
  const uint64_t heap = hostHeap() - heapBefore;
  return {simulated, heap > simulated ? heap - simulated : 0};
}

bool printLimits(const Times &times, const Bookkeeping &bookkeeping) {
  bool kept = limit("kmalloc(64)/kfree, times malloc(64)/free", of(times, "kmallocPair") / of(times, "mallocPair"),
                    mostTimesMalloc, "x");
  kept &= limit("alloc_pages/free_pages order 0, times malloc(4096)/free",
                of(times, "pagePair") / of(times, "mallocPagePair"), mostTimesMalloc, "x");
  kept &= limit("snapshot and restore, 10^6 live objects", of(times, "snapshotAndRestore") / 1000,
                mostSnapshotMicroseconds, "us");
  kept &= limit("pair with 10^7 live objects, times with 10^3",
                of(times, "pairAmongLive/10000000") / of(times, "pairAmongLive/1000"), mostGrowth, "x");
  kept &= limit("bookkeeping, of the simulated memory in use",
                100.0 * double(bookkeeping.host) / double(bookkeeping.simulated), mostBookkeepingPercent, "%");
  return kept;
}

} // namespace kmem::bench
