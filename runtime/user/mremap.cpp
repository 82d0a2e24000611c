// mremap (mm/mremap.c): shrinks, grows where it is, or moves a mapping and its pages.
#include "runtime/user/mappings.h"
#include "runtime/user/mmap_lock.h"

#include <cerrno>

namespace kmem::sim {

namespace {
constexpr uint64_t alignUp(uint64_t bytes) { return (bytes + pageSize - 1) & pageMask; }
} // namespace

SysResult Mappings::mremap(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags,
                           Address target) {
  if (flags & ~uint32_t(MremapFixed | MremapMayMove | MremapDontUnmap) ||
      (flags & MremapFixed && !(flags & MremapMayMove)) ||
      (flags & MremapDontUnmap && (!(flags & MremapMayMove) || oldLength != newLength)) || old & ~pageMask)
    return -EINVAL;
  oldLength = alignUp(oldLength);
  newLength = alignUp(newLength);
  if (!newLength)
    return -EINVAL;
  const SysResult result = remapLocked(mm, old, oldLength, newLength, flags, target);
  if (isSysError(result) || newLength <= oldLength)
    return result;
  const auto moved = parts.now.vmas.at(mm, Address(result));
  if (moved && moved->flags & VmLocked)
    faults.populateRange(mm, Address(result) + oldLength, Address(result) + newLength, true);
  return result;
}

SysResult Mappings::remapLocked(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags,
                                Address target) {
  const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
  if (!parts.now.vmas.at(mm, old))
    return -EFAULT;
  if (flags & (MremapFixed | MremapDontUnmap))
    return remapTo(mm, old, oldLength, newLength, flags, target);
  if (oldLength == newLength)
    return SysResult(old);
  if (oldLength < newLength)
    return remapLarger(mm, old, oldLength, newLength, flags);
  const SysResult error = unmapRange(mm, old + newLength, oldLength - newLength);
  return error ? error : SysResult(old);
}

/// Where it is when there is room behind, else anywhere.
SysResult Mappings::remapLarger(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags) {
  Vma vma;
  if (const SysResult error = resizable(mm, old, oldLength, newLength, flags, vma))
    return error;
  SysResult error = -ENOMEM;
  if (oldLength == vma.end - old && growInPlace(mm, vma, newLength - oldLength, error))
    return error ? error : SysResult(old);
  if (!(flags & MremapMayMove))
    return -ENOMEM;
  const SysResult place = placeCopy(mm, vma, old, newLength, 0, 0);
  return isSysError(place) ? place : moveMapping(mm, vma, old, oldLength, newLength, Address(place), flags);
}

SysResult Mappings::placeCopy(MmId mm, const Vma &vma, Address old, uint64_t length, Address target,
                              uint32_t mapFlags) const {
  const bool isShmem = vma.file && cache[vma.file].isShmem;
  return placeMapping(parts, mm,
                      {.hint = target,
                       .length = length,
                       .flags = mapFlags,
                       .pageOffset = vma.file ? vma.pageOffsetOf(old) : 0,
                       .isSharedMemory = isShmem,
                       .isFile = vma.file && !isShmem});
}

/// vma_to_resize()
SysResult Mappings::resizable(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags, Vma &vma) {
  const auto found = parts.now.vmas.at(mm, old);
  if (!found)
    return -EFAULT;
  vma = *found;
  if (!oldLength && !(vma.flags & (VmShared | VmMayShare)))
    return -EINVAL; // would not duplicate a private mapping
  if (flags & MremapDontUnmap && vma.flags & VmDontExpand)
    return -EINVAL;
  if (oldLength > vma.end - old)
    return -EFAULT;
  if (newLength == oldLength)
    return 0;
  const uint64_t offset = vma.pageOffsetOf(old);
  if (offset + (newLength >> pageShift) < offset)
    return -EINVAL;
  if (vma.flags & VmDontExpand)
    return -EFAULT;
  if (!accounting.mayLock(mm, vma.flags, newLength - oldLength))
    return -EAGAIN;
  return accounting.mayExpand(mm, vma.flags, (newLength - oldLength) >> pageShift) ? 0 : -ENOMEM;
}

/// Whether there is room behind the mapping; then `result` says what came of using it.
bool Mappings::growInPlace(MmId mm, const Vma &vma, uint64_t delta, SysResult &result) {
  const Address end = vma.end + delta;
  if (end < vma.end || end > userEnd || parts.now.vmas.intersection(mm, vma.end, end))
    return false;
  const uint64_t pages = delta >> pageShift;
  result = -ENOMEM;
  if (vma.flags & VmAccount && !accounting.commit(mm, pages))
    return true;
  merger.extend(mm, vma, delta);
  if (vma.file)
    cache.addMapped(vma.file, pages);
  parts.mm(mm).account(vma.flags, int64_t(pages));
  if (vma.flags & VmLocked)
    parts.mm(mm).lockedVm += pages;
  result = 0;
  return true;
}

/// mremap_to()
SysResult Mappings::remapTo(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags,
                            Address target) {
  if (target & ~pageMask || newLength > userEnd || target > userEnd - newLength)
    return -EINVAL;
  if (old + oldLength > target && target + newLength > old)
    return -EINVAL;
  if (parts.mmOf(mm).mapCount + 2 >= maxMapCount - 3)
    return -ENOMEM;
  if (flags & MremapFixed)
    if (const SysResult error = unmapRange(mm, target, newLength))
      return error;
  if (oldLength > newLength) {
    if (const SysResult error = unmapRange(mm, old + newLength, oldLength - newLength))
      return error;
    oldLength = newLength;
  }
  Vma vma;
  if (const SysResult error = resizable(mm, old, oldLength, newLength, flags, vma))
    return error;
  if (flags & MremapDontUnmap && !accounting.mayExpand(mm, vma.flags, oldLength >> pageShift))
    return -ENOMEM;
  const uint32_t mapFlags = flags & MremapFixed ? uint32_t(MapFixed) : 0;
  const SysResult place = placeCopy(mm, vma, old, newLength, target, mapFlags);
  if (isSysError(place))
    return place;
  return moveMapping(mm, vma, old, oldLength, newLength, flags & MremapFixed ? target : Address(place), flags);
}

/// move_vma()
SysResult Mappings::moveMapping(MmId mm, const Vma &vma, Address old, uint64_t oldLength, uint64_t newLength,
                                Address target, uint32_t flags) {
  if (parts.mmOf(mm).mapCount >= maxMapCount - 3)
    return -ENOMEM;
  const bool keepsOld = flags & MremapDontUnmap;
  const uint64_t oldPages = oldLength >> pageShift, newPages = newLength >> pageShift;
  if (vma.flags & VmAccount && !accounting.commit(mm, keepsOld ? newPages : newPages - oldPages))
    return -ENOMEM;
  Vma copy = vma;
  copy.start = target;
  copy.end = target + newLength;
  // Untouched private memory takes the offset of its new address, so that it can merge there.
  copy.offset = vma.isAnonymous() && !vma.anon ? target >> pageShift : vma.pageOffsetOf(old);
  if (vma.file)
    cache.addMapped(vma.file, newPages);
  merger.insert(mm, copy);
  parts.mm(mm).account(vma.flags, int64_t(newPages));
  const bool moved = movePages(mm, old, oldLength, target);
  if (!moved) {
    parts.now.committed += vma.flags & VmAccount ? oldPages : 0;
    unmapRange(mm, target, newLength);
    return -ENOMEM;
  }
  if (keepsOld) {
    if (vma.flags & vmLockedMask)
      merger.modify(mm, *parts.now.vmas.at(mm, old), old, old + oldLength, vma.flags & ~vmLockedMask);
    return SysResult(target);
  }
  if (vma.flags & VmAccount)
    parts.now.committed += oldPages; // the reservation moves along
  if (oldLength)
    unmapRange(mm, old, oldLength);
  if (vma.flags & VmLocked)
    parts.mm(mm).lockedVm += newPages;
  return SysResult(target);
}

/// move_page_tables(); false, with everything where it was, when there is no memory for tables.
bool Mappings::movePages(MmId mm, Address from, uint64_t length, Address to) {
  const Address end = from + length;
  for (auto at = parts.nextEntry(mm, from, end); at; at = parts.nextEntry(mm, *at + pageSize, end))
    if (!parts.setPte(mm, *at - from + to, 0))
      return false;
  for (auto at = parts.nextEntry(mm, from, end); at; at = parts.nextEntry(mm, *at + pageSize, end)) {
    const uint64_t entry = parts.pte(mm, *at);
    const Address target = *at - from + to;
    parts.setPte(mm, target, entry);
    parts.setPte(mm, *at, 0);
    const Pfn page = pfnOfEntry(entry);
    if (pteIsSwap(entry) || page == parts.zeroPage)
      continue;
    parts.now.mappings.remove(page, {mm, *at});
    parts.now.mappings.add(page, {mm, target});
  }
  return true;
}

} // namespace kmem::sim
