// brk (mm/mmap.c): the heap that grows up from the end of the data.
#include "runtime/user/mappings.h"
#include "runtime/user/mmap_lock.h"

namespace kmem::sim {

namespace {
constexpr uint64_t alignUp(uint64_t bytes) { return (bytes + pageSize - 1) & pageMask; }
} // namespace

Address Mappings::brk(MmId id, Address newBreak) {
  Address oldEnd, newEnd;
  {
    const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
    const Mm &mm = parts.mmOf(id);
    const Address oldBreak = mm.brk;
    if (newBreak < mm.startBrk || newBreak > userEnd)
      return oldBreak;
    const uint64_t data = (newBreak - mm.startBrk) + (mm.endData - mm.startData); // check_data_rlimit()
    if (mm.limits.data != unlimited && data > mm.limits.data)
      return oldBreak;
    newEnd = alignUp(newBreak);
    oldEnd = alignUp(oldBreak);
    if (newEnd < oldEnd) {
      const auto heap = parts.now.vmas.intersection(id, newEnd, oldEnd);
      if (!heap || isSysError(unmapRange(id, newEnd, oldEnd - newEnd)))
        return oldBreak;
    } else if (newEnd > oldEnd && !growBreak(id, oldEnd, newEnd)) {
      return oldBreak;
    }
    parts.mm(id).brk = newBreak;
  }
  if (newEnd > oldEnd && parts.mmOf(id).defaultFlags & VmLocked)
    faults.populateRange(id, oldEnd, newEnd, true);
  return newBreak;
}

/// do_brk_flags() after the checks of its caller.
bool Mappings::growBreak(MmId id, Address oldEnd, Address newEnd) {
  const uint64_t length = newEnd - oldEnd, pages = length >> pageShift;
  const Mm &mm = parts.mmOf(id);
  if (newEnd > userEnd || !accounting.mayLock(id, mm.defaultFlags, length))
    return false;
  const auto next = parts.now.vmas.from(id, oldEnd);
  if (next && newEnd + pageSize > guardedStart(*next))
    return false;
  const uint64_t flags = VmRead | VmWrite | VmMayRead | VmMayWrite | VmMayExec | VmAccount | mm.defaultFlags;
  if (!accounting.mayExpand(id, flags, pages) || mm.mapCount > maxMapCount || !accounting.commit(id, pages))
    return false;
  const Vma added = {.start = oldEnd,
                     .end = newEnd,
                     .flags = flags,
                     .offset = oldEnd >> pageShift,
                     .file = 0,
                     .anon = 0,
                     .anonChain = 0,
                     .gapBelow = 0};
  merger.insert(id, added, /*onlyGrowBelow=*/true);
  Mm &grown = parts.mm(id);
  grown.totalVm += pages;
  grown.dataVm += pages;
  if (flags & VmLocked)
    grown.lockedVm += pages;
  return true;
}

} // namespace kmem::sim
