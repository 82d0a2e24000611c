// What the page allocator finds when a machine has booted: the zones with their spanned, present and managed pages, and
// which frames are free. Follows from the profile: the firmware's map, the size of the kernel image, and what memblock
// gave away before the buddy took over (struct pages, the dentry and inode hash tables, the per-CPU areas, KASAN's
// shadow, the bounce buffers of machines with memory above 4 GiB).
#pragma once

#include "runtime/alloc/zones.h"
#include "runtime/kernel/physical_map.h"

namespace kmem::sim {

/// Counts are pages.
struct BootZone {
  Pfn start = 0;
  uint64_t spanned = 0, present = 0, managed = 0;
  /// What was managed when watermarks were set: before the init sections and the initrd were freed.
  uint64_t managedAtSetup = 0;
};

struct BootMemory {
  std::array<BootZone, zoneSlots> zones; ///< by ZoneIndex::slot()
  std::vector<PfnRange> free;            ///< ascending, none crosses a zone
  std::vector<PfnRange> reserved;        ///< usable memory that the buddy never got
};

BootMemory bootMemoryOf(const Profile &profile);

/// The zone of a frame, whether there is memory or not.
ZoneId zoneOfFrame(Pfn pfn);
/// Where node 1 begins; the end of memory when there is one node.
Pfn secondNodeStart(const Profile &profile);

} // namespace kmem::sim
