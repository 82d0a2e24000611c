// mlock and its family (mm/mlock.c): marks mappings as locked, counts them, faults their pages in.
#include "runtime/user/mappings.h"
#include "runtime/user/mmap_lock.h"

#include <algorithm>
#include <cerrno>

namespace kmem::sim {

SysResult Mappings::mlock(MmId mm, Address start, uint64_t length, uint32_t flags) {
  if (flags & ~uint32_t(MlockOnFault))
    return -EINVAL;
  return lockRange(mm, start, length, VmLocked | (flags & MlockOnFault ? uint64_t(VmLockOnFault) : 0));
}

/// do_mlock()
SysResult Mappings::lockRange(MmId mm, Address start, uint64_t length, uint64_t lockFlags) {
  const UserLimits limits = parts.mmOf(mm).limits;
  if (!limits.memlock && !limits.mayLockAll)
    return -EPERM;
  length = (length + (start & ~pageMask) + pageSize - 1) & pageMask;
  start &= pageMask;
  {
    const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
    const uint64_t most = limits.memlock >> pageShift;
    uint64_t locked = (length >> pageShift) + parts.mmOf(mm).lockedVm;
    if (locked > most && !limits.mayLockAll)
      locked -= lockedPagesIn(mm, start, length); // what is locked already does not count twice
    if (locked > most && !limits.mayLockAll)
      return -ENOMEM;
    if (const SysResult error = applyLock(mm, start, length, lockFlags))
      return error;
  }
  const SysResult error = faults.populateRange(mm, start, start + length, false);
  if (error == -EFAULT) // __mlock_posix_error_return()
    return -ENOMEM;
  return error == -ENOMEM ? -EAGAIN : error;
}

uint64_t Mappings::lockedPagesIn(MmId mm, Address start, uint64_t length) const {
  const Address end = start + length < start ? UINT64_MAX : start + length;
  uint64_t bytes = 0;
  for (const Vma &vma : parts.now.vmas.within(mm, start, end))
    if (vma.flags & VmLocked)
      bytes += std::min(vma.end, end) - std::max(vma.start, start);
  return bytes >> pageShift;
}

/// apply_vma_lock_flags()
SysResult Mappings::applyLock(MmId mm, Address start, uint64_t length, uint64_t lockFlags) {
  const Address end = start + length;
  if (end < start)
    return -EINVAL;
  for (Address at = start; at < end;) {
    const auto vma = parts.now.vmas.at(mm, at);
    if (!vma)
      return -ENOMEM;
    const Address partEnd = std::min(vma->end, end);
    if (const SysResult error = lockPart(mm, *vma, at, partEnd, (vma->flags & ~vmLockedMask) | lockFlags))
      return error;
    at = partEnd;
  }
  return 0;
}

/// mlock_fixup()
SysResult Mappings::lockPart(MmId mm, const Vma &vma, Address start, Address end, uint64_t flags) {
  if (flags == vma.flags || vma.flags & VmDontExpand)
    return 0;
  const uint64_t pages = (end - start) >> pageShift;
  const bool wasLocked = vma.flags & VmLocked, isLocked = flags & VmLocked;
  const VmaMerger::Outcome outcome = merger.modify(mm, vma, start, end, flags);
  if (outcome.error)
    return outcome.error;
  if (wasLocked != isLocked)
    parts.mm(mm).lockedVm += isLocked ? pages : -pages;
  for (auto at = parts.nextEntry(mm, start, end); at; at = parts.nextEntry(mm, *at + pageSize, end)) {
    const uint64_t entry = parts.pte(mm, *at);
    const Pfn page = pfnOfEntry(entry);
    if (pteIsSwap(entry) || page == parts.zeroPage || parts.now.lists.listOf(page) == PageList::None)
      continue;
    const PageList back = parts.hasFlag(page, PageSwapBacked) ? PageList::InactiveAnon : PageList::InactiveFile;
    parts.now.lists.move(page, isLocked ? PageList::Unevictable : back);
  }
  return 0;
}

SysResult Mappings::munlock(MmId mm, Address start, uint64_t length) {
  length = (length + (start & ~pageMask) + pageSize - 1) & pageMask;
  const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
  return applyLock(mm, start & pageMask, length, 0);
}

SysResult Mappings::mlockall(MmId mm, uint32_t flags) {
  if (!flags || flags & ~uint32_t(MclCurrent | MclFuture | MclOnFault) || flags == MclOnFault)
    return -EINVAL;
  const UserLimits limits = parts.mmOf(mm).limits;
  if (!limits.memlock && !limits.mayLockAll)
    return -EPERM;
  {
    const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
    if (flags & MclCurrent && parts.mmOf(mm).totalVm > limits.memlock >> pageShift && !limits.mayLockAll)
      return -ENOMEM;
    const uint64_t lockFlags = VmLocked | (flags & MclOnFault ? uint64_t(VmLockOnFault) : 0);
    Mm &space = parts.mm(mm);
    space.defaultFlags = (space.defaultFlags & ~vmLockedMask) | (flags & MclFuture ? lockFlags : 0);
    if (flags & MclCurrent)
      for (const Vma &vma : parts.now.vmas.all(mm))
        if (const auto now = parts.now.vmas.at(mm, vma.start))
          lockPart(mm, *now, vma.start, vma.end, (now->flags & ~vmLockedMask) | lockFlags);
  }
  if (flags & MclCurrent)
    faults.populateRange(mm, 0, userEnd, true);
  return 0;
}

SysResult Mappings::munlockall(MmId mm) {
  const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
  parts.mm(mm).defaultFlags &= ~vmLockedMask;
  for (const Vma &vma : parts.now.vmas.all(mm))
    if (const auto now = parts.now.vmas.at(mm, vma.start))
      lockPart(mm, *now, vma.start, vma.end, now->flags & ~vmLockedMask);
  return 0;
}

} // namespace kmem::sim
