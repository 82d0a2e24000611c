#include "runtime/kernel/physical_map.h"

namespace kmem::sim {

namespace {

constexpr uint64_t mebibyte = uint64_t(1) << 20;
constexpr Pfn lowMemoryEnd = 0x9f; // the EBDA begins in the frame after it
constexpr Pfn highMemoryStart = mebibyte >> pageShift;
constexpr Physical fourGibibytes = uint64_t(1) << 32;

// QEMU's i440fx: a machine that reaches the PCI hole has 3 GiB below it and the rest above 4 GiB (hw/i386/pc_piix.c).
constexpr uint64_t pciHoleStart = 0xe0000000;
constexpr uint64_t lowRamWhenSplit = 0xc0000000;
// SeaBIOS keeps its tables at the end of the low memory.
constexpr uint64_t firmwareTables = 0x20000;

uint64_t ramBelowHole(const Profile &profile) {
  return profile.memoryBytes >= pciHoleStart ? lowRamWhenSplit : profile.memoryBytes;
}

// The tables that exist from the start: the top level, one below it for each of its 64 entries of the vmalloc area
// (preallocate_vmalloc_pages() in arch/x86/mm/init_64.c), and the three that cover the image and the modules
// (arch/x86/kernel/head_64.S).
constexpr Pfn bootTableFrames = 1 + 64 + 3;

} // namespace

std::vector<PfnRange> usableMemory(const Profile &profile) {
  const uint64_t low = ramBelowHole(profile);
  std::vector<PfnRange> ranges = {{1, lowMemoryEnd}, {highMemoryStart, (low - firmwareTables) >> pageShift}};
  if (profile.memoryBytes > low)
    ranges.push_back({fourGibibytes >> pageShift, (fourGibibytes + profile.memoryBytes - low) >> pageShift});
  return ranges;
}

DirectMap directMapOf(const Profile &profile) {
  const std::vector<PfnRange> usable = usableMemory(profile);
  DirectMap map{{0, usable[1].end}, {0, 0}};
  if (usable.size() > 2)
    map.high = usable[2];
  return map;
}

// The sizes of the images the truth was recorded on, rounded up to what matters: which symbols are read-only.
KernelImage kernelImageOf(const Profile &profile) {
  if (profile.distribution)
    return {physicalStart, physicalStart + 16 * mebibyte, physicalStart + 24 * mebibyte, physicalStart + 48 * mebibyte};
  if (profile.kasan)
    return {physicalStart, physicalStart + 8 * mebibyte, physicalStart + 10 * mebibyte, physicalStart + 20 * mebibyte};
  return {physicalStart, physicalStart + 6 * mebibyte, physicalStart + 8 * mebibyte, physicalStart + 20 * mebibyte};
}

PfnRange kernelTablesOf(const Profile &profile) {
  const Pfn first = (kernelImageOf(profile).data >> pageShift) + 0x22;
  return {first, first + bootTableFrames};
}

} // namespace kmem::sim
