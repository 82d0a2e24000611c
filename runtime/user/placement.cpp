#include "runtime/user/placement.h"

#include <algorithm>
#include <cerrno>

namespace kmem::sim {

namespace {

constexpr Address unmappedBase = ((userEnd / 3) + pageSize - 1) & pageMask; // TASK_UNMAPPED_BASE
constexpr Address defaultMapWindow = userEnd;
constexpr Address low32Start = 0x40000000, low32End = 0x80000000; // MAP_32BIT (find_start_end)

/// unmapped_area_topdown()
SysResult searchDown(const UserParts &parts, MmId mm, uint64_t length, Address high) {
  for (;;) {
    auto gap = parts.now.vmas.highestGap(mm, mmapMinAddress, high, length);
    if (!gap)
      return -ENOMEM;
    auto above = parts.now.vmas.from(mm, gap->end);
    if (!above || !(above->flags & VmGrowsDown) || guardedStart(*above) >= gap->end)
      return SysResult(gap->end - length);
    high = guardedStart(*above);
  }
}

/// unmapped_area()
SysResult searchUp(const UserParts &parts, MmId mm, uint64_t length, Address low, Address high) {
  low = std::max(low, mmapMinAddress);
  for (;;) {
    auto gap = parts.now.vmas.lowestGap(mm, low, high, length);
    if (!gap)
      return -ENOMEM;
    auto above = parts.now.vmas.from(mm, gap->start);
    if (!above || !(above->flags & VmGrowsDown) || guardedStart(*above) >= gap->start + length - 1)
      return SysResult(gap->start);
    low = above->end;
  }
}

bool hintIsFree(const UserParts &parts, MmId mm, Address hint, uint64_t length) {
  if (userEnd - length < hint)
    return false;
  auto above = parts.now.vmas.from(mm, hint);
  return !above || hint + length <= guardedStart(*above);
}

/// arch_get_unmapped_area_topdown()
SysResult place(const UserParts &parts, MmId mm, const PlacementRequest &request, uint64_t length) {
  if (length > userEnd)
    return -ENOMEM;
  if (request.flags & MapFixed)
    return SysResult(request.hint);
  if (request.flags & Map32Bit)
    return searchUp(parts, mm, length, low32Start, low32End);
  const Address hint = request.hint & pageMask;
  if (hint && hintIsFree(parts, mm, hint, length))
    return SysResult(hint);
  const SysResult found = searchDown(parts, mm, length, parts.mmOf(mm).mmapBase);
  if (!isSysError(found))
    return found;
  return searchUp(parts, mm, length, unmappedBase, defaultMapWindow);
}

/// __thp_get_unmapped_area(): so that huge pages could be used; 0 when that cannot be.
SysResult placeHugeAligned(const UserParts &parts, MmId mm, const PlacementRequest &request) {
  const uint64_t offset = request.pageOffset << pageShift;
  const uint64_t offsetEnd = offset + request.length, aligned = (offset + pmdSize - 1) & ~(pmdSize - 1);
  if (offsetEnd <= aligned || offsetEnd - aligned < pmdSize)
    return 0;
  const SysResult found = place(parts, mm, request, request.length + pmdSize);
  if (isSysError(found))
    return 0;
  if (uint64_t(found) == request.hint)
    return found;
  const uint64_t within = (offset - uint64_t(found)) & (pmdSize - 1);
  // From 6.8 on the higher of two aligned places is taken.
  const bool takesHigher = parts.kernel.profile.release.atLeast(6, 8);
  return within || !takesHigher ? found + SysResult(within) : found + SysResult(pmdSize);
}

} // namespace

Address guardedStart(const Vma &vma) {
  if (!(vma.flags & VmGrowsDown))
    return vma.start;
  return vma.start > stackGuardGap ? vma.start - stackGuardGap : 0;
}

Address mmapBaseFor(uint64_t stackLimit) {
  constexpr uint64_t least = uint64_t(128) << 20, most = userEnd / 6 * 5;
  uint64_t gap = stackLimit;
  if (gap + stackGuardGap > gap)
    gap += stackGuardGap;
  return (userEnd - std::clamp(gap, least, most) + pageSize - 1) & pageMask;
}

SysResult placeMapping(const UserParts &parts, MmId mm, const PlacementRequest &request) {
  if (request.length > userEnd)
    return -ENOMEM;
  // From 6.7 on anonymous memory is placed for huge pages when it is a multiple of one.
  const bool alignsAnonymous = parts.kernel.profile.release.atLeast(6, 7) && !request.isSharedMemory && !request.hint &&
                               request.length % pmdSize == 0;
  const bool aligns = request.isFile || alignsAnonymous;
  SysResult address = aligns ? placeHugeAligned(parts, mm, request) : 0;
  if (!address)
    address = place(parts, mm, request, request.length);
  if (isSysError(address))
    return address;
  if (uint64_t(address) > userEnd - request.length)
    return -ENOMEM;
  if (uint64_t(address) & ~pageMask)
    return -EINVAL;
  return address && uint64_t(address) < mmapMinAddress ? -EPERM : address;
}

} // namespace kmem::sim
