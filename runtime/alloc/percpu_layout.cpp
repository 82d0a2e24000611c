#include "runtime/alloc/percpu_layout.h"

#include "runtime/alloc/boot_memory.h"

#include <algorithm>

namespace kmem::sim {

namespace {

constexpr uint64_t moduleReserve = uint64_t(8) << 10;   // PERCPU_MODULE_RESERVE
constexpr uint64_t dynamicReserve = uint64_t(28) << 10; // PERCPU_DYNAMIC_RESERVE
constexpr uint64_t minimumUnit = uint64_t(32) << 10;    // PCPU_MIN_UNIT_SIZE

/// Size of the .data..percpu section, and what boot takes of the dynamic part. The first is known to the page where a
/// kernel's log or cookies tell it (6.12 with lockdep); the rest follows from how many pages boot keeps. A
/// distribution's drivers leave little of the dynamic part.
struct Build {
  uint64_t staticSize, usedAtBoot;
};

Build buildOf(const Profile &profile) {
  const bool is612 = profile.release.atLeast(6, 12);
  if (profile.distribution)
    return is612 ? Build{0x39000, 0x6e00} : Build{0x35000, 0x6e00};
  if (profile.kasan)
    return {0x15000, 0x1000};
  return is612 ? Build{0x30008, 0x1178} : Build{0x2e008, 0x1178};
}

uint64_t alignUp(uint64_t value, uint64_t align) { return (value + align - 1) & ~(align - 1); }

/// Units in one allocation of `bytes`: the most that waste no more than a third of the CPUs' number of units.
uint64_t unitsPerAllocation(uint64_t bytes, uint64_t most, uint64_t cpus) {
  uint64_t best = 1, last = UINT64_MAX;
  for (uint64_t units = most; units; --units) {
    if (bytes % units || (bytes / units) % pageSize)
      continue;
    const uint64_t allocations = (cpus + units - 1) / units;
    if (allocations * units - cpus > cpus / 3)
      continue;
    if (allocations > last)
      break;
    last = allocations;
    best = units;
  }
  return best;
}

} // namespace

PercpuLayout percpuLayoutOf(const Profile &profile) {
  const Build build = buildOf(profile);
  const uint64_t sum = alignUp(build.staticSize + moduleReserve + dynamicReserve, pageSize);
  const uint64_t allocation = alignUp(std::max(sum, minimumUnit), percpuAtomSize);
  const uint64_t units = unitsPerAllocation(allocation, allocation / std::max(sum, minimumUnit), profile.cpus);
  PercpuLayout layout{};
  layout.staticSize = build.staticSize;
  layout.reservedSize = moduleReserve;
  layout.dynamicSize = sum - build.staticSize - moduleReserve;
  layout.unitSize = allocation / units;
  layout.chunkSize = alignUp(profile.cpus, units) * layout.unitSize;
  layout.usedAtBoot = std::min(build.usedAtBoot, layout.dynamicSize);
  return layout;
}

std::optional<Physical> firstPercpuChunk(const Profile &profile, const PercpuLayout &layout) {
  std::optional<Physical> best;
  for (const PfnRange &range : bootMemoryOf(profile).reserved) {
    const Physical end = range.end << pageShift, begin = range.begin << pageShift;
    if (end - begin < layout.chunkSize)
      continue;
    const Physical start = (end - layout.chunkSize) & ~(percpuAtomSize - 1);
    if (start >= begin && (!best || start > *best))
      best = start;
  }
  return best;
}

} // namespace kmem::sim
