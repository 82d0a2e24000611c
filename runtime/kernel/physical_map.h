// What lies where in physical memory before any allocator runs: the RAM that the firmware of QEMU's `pc` machine
// reports as usable, and the kernel image. Follows from the profile alone.
#pragma once

#include "runtime/kernel/layout.h"
#include "runtime/kernel/profile.h"

#include <vector>

namespace kmem::sim {

struct PfnRange {
  Pfn begin, end; ///< end is the first frame after it
  bool contains(Pfn pfn) const { return pfn - begin < end - begin; }
  bool operator==(const PfnRange &) const = default;
};

/// The e820 map's usable memory in whole frames, ascending. Frame 0 is kept back (arch/x86/mm/init.c).
std::vector<PfnRange> usableMemory(const Profile &profile);

/// The direct map: everything below 1 MiB, and usable memory. At most two ranges, as the PCI hole splits large
/// machines.
struct DirectMap {
  PfnRange low, high;
  bool contains(Pfn pfn) const { return low.contains(pfn) || high.contains(pfn); }
  Pfn end() const { return high.end ? high.end : low.end; }
};
DirectMap directMapOf(const Profile &profile);

/// The parts of the kernel image by physical address; their virtual address is kernelTextStart plus that. Text is
/// read-only and executable, rodata read-only, the rest writable.
struct KernelImage {
  Physical text, rodata, data, end;
};
KernelImage kernelImageOf(const Profile &profile);

/// Frames of the image that hold the kernel's own page tables (swapper_pg_dir and the tables below it that are there
/// from the start).
PfnRange kernelTablesOf(const Profile &profile);

} // namespace kmem::sim
