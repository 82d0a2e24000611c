#include "runtime/scenario/experiment.h"
#include "runtime/scenario/operation.h"
#include "runtime/sim/system.h"

#include <algorithm>

namespace kmem::sim {

namespace {

/// Frames behind [address, address + size), page by page; stops at the first hole.
std::vector<Pfn> framesBehind(System &system, Address address, uint64_t size) {
  constexpr uint64_t mostPages = 1 << 14;
  std::vector<Pfn> frames;
  const Address end = address + std::max<uint64_t>(size, 1);
  for (Address page = address & pageMask; page < end && frames.size() < mostPages; page += pageSize) {
    const auto translation = system.kernel.memory.translate(page);
    if (!translation)
      break;
    frames.push_back(translation->physical >> pageShift);
  }
  return frames;
}

/// [first, count] of each run of neighbours.
llvm::json::Array runsOf(const std::vector<Pfn> &frames) {
  constexpr size_t mostRuns = 64;
  llvm::json::Array runs;
  for (size_t i = 0; i < frames.size() && runs.size() < mostRuns;) {
    size_t length = 1;
    while (i + length < frames.size() && frames[i + length] == frames[i] + length)
      ++length;
    runs.push_back(llvm::json::Array{int64_t(frames[i]), int64_t(length)});
    i += length;
  }
  return runs;
}

void describeFrames(System &system, Address address, uint64_t size, Record &record) {
  const std::vector<Pfn> frames = framesBehind(system, address, size);
  if (frames.empty())
    return;
  record["zone"] = nameOf(system.pages.zoneOf(frames.front()).zone);
  llvm::json::Array runs = runsOf(frames);
  record["contiguous"] = runs.size() == 1;
  record["frames"] = std::move(runs);
}

void describeVmalloc(System &system, Address address, Record &record) {
  record["memory"] = "vmalloc";
  if (const auto area = system.vmalloc.findVmArea(address)) {
    record["area_size"] = int64_t(area->size);
    record["area_start"] = hexadecimal(area->address);
  }
}

} // namespace

void describeAddress(System &system, Address address, uint64_t size, Record &record) {
  record["address"] = hexadecimal(address);
  if (address == zeroSizePointer)
    return;
  if (isVmallocAddress(address)) {
    describeVmalloc(system, address, record);
  } else if (address >= directMapStart && system.kernel.memory.translate(address)) {
    record["memory"] = "direct map";
    const std::string cache = system.kmalloc.cacheNameOf(address);
    if (!cache.empty())
      record["cache"] = cache;
  }
  describeFrames(system, address, size, record);
}

} // namespace kmem::sim
