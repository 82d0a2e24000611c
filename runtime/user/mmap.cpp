// mmap and munmap (do_mmap, mmap_region and do_munmap in mm/mmap.c).
#include "runtime/user/mappings.h"
#include "runtime/user/mmap_lock.h"

#include <algorithm>
#include <cerrno>

namespace kmem::sim {

namespace {

constexpr uint64_t alignUp(uint64_t bytes) { return (bytes + pageSize - 1) & pageMask; }

/// calc_vm_prot_bits() and calc_vm_flag_bits()
uint64_t vmFlagsOf(const MmapRequest &request) {
  uint64_t flags = request.prot & (ProtRead | ProtWrite | ProtExec);
  flags |= request.flags & MapGrowsDown ? uint64_t(VmGrowsDown) : 0;
  flags |= request.flags & MapLocked ? uint64_t(VmLocked) : 0;
  return flags | VmMayRead | VmMayWrite | VmMayExec;
}

constexpr uint32_t legacyMapMask = 0x01 | 0x02 | MapFixed | MapAnonymous | Map32Bit | MapGrowsDown | 0x800 | 0x1000 |
                                   MapLocked | MapNoReserve | MapPopulate | MapNonBlock | MapStack | 0x40000;

} // namespace

SysResult Mappings::mmap(MmId mm, const MmapRequest &asked) {
  MmapRequest request = asked;
  if (request.offset & ~pageMask)
    return -EINVAL;
  if (request.flags & MapAnonymous)
    request.file = 0;
  else if (!cache.exists(request.file))
    return -EBADF;
  uint64_t vmFlags = 0;
  SysResult address;
  {
    const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
    address = placeAndCheck(mm, request, vmFlags);
    if (isSysError(address))
      return address;
    const bool shared = vmFlags & (VmShared | VmMayShare);
    uint64_t pageOffset = request.offset >> pageShift;
    if (!request.file)
      pageOffset = shared ? 0 : uint64_t(address) >> pageShift;
    const Range range{uint64_t(address), uint64_t(address) + request.length};
    address = mapRegion(mm, request, range, vmFlags, pageOffset);
  }
  const bool populates = (vmFlags & VmLocked) || (request.flags & (MapPopulate | MapNonBlock)) == MapPopulate;
  if (!isSysError(address) && populates)
    faults.populateRange(mm, uint64_t(address), uint64_t(address) + request.length, true);
  return address;
}

/// The checks of do_mmap() in their order; the address, and the flags of the mapping to be.
SysResult Mappings::placeAndCheck(MmId mm, MmapRequest &request, uint64_t &vmFlags) {
  if (const SysResult error = normalise(request))
    return error;
  if (parts.mmOf(mm).mapCount > maxMapCount)
    return -ENOMEM;
  vmFlags = vmFlagsOf(request) | parts.mmOf(mm).defaultFlags;
  if (request.flags & MapStack && parts.kernel.profile.release.atLeast(6, 7))
    vmFlags |= VmNoHugePage;
  const bool isSharedMemory = !request.file && (request.flags & MapType) == MapShared;
  const SysResult address = placeMapping(parts, mm,
                                         {.hint = request.address,
                                          .length = request.length,
                                          .flags = request.flags,
                                          .pageOffset = request.file ? request.offset >> pageShift : 0,
                                          .isSharedMemory = isSharedMemory,
                                          .isFile = request.file != 0});
  if (isSysError(address))
    return address;
  if (const SysResult error = checkPlaced(mm, request, Address(address), vmFlags))
    return error;
  if (request.flags & MapNoReserve && parts.now.overcommit != Overcommit::Never)
    vmFlags |= VmNoReserve;
  return address;
}

SysResult Mappings::normalise(MmapRequest &request) {
  if (!request.length)
    return -EINVAL;
  if (request.flags & MapFixedNoReplace)
    request.flags |= MapFixed;
  if (!(request.flags & MapFixed)) { // round_hint_to_min()
    request.address &= pageMask;
    if (request.address && request.address < mmapMinAddress)
      request.address = mmapMinAddress;
  }
  request.length = alignUp(request.length);
  if (!request.length)
    return -ENOMEM;
  const uint64_t firstPage = request.offset >> pageShift;
  return firstPage + (request.length >> pageShift) < firstPage ? -EOVERFLOW : 0;
}

SysResult Mappings::checkPlaced(MmId mm, const MmapRequest &request, Address address, uint64_t &vmFlags) const {
  const bool taken =
      request.flags & MapFixedNoReplace && parts.now.vmas.intersection(mm, address, address + request.length);
  if (taken)
    return -EEXIST;
  const UserLimits &limits = parts.mmOf(mm).limits;
  if (request.flags & MapLocked && !limits.memlock && !limits.mayLockAll)
    return -EPERM;
  if (!accounting.mayLock(mm, vmFlags, request.length))
    return -EAGAIN;
  return fileFlags(request, vmFlags);
}

SysResult Mappings::fileFlags(const MmapRequest &request, uint64_t &vmFlags) const {
  const uint32_t type = request.flags & MapType;
  if (type == MapShared || (type == MapSharedValidate && request.file)) {
    if (type == MapSharedValidate && request.flags & ~legacyMapMask & ~uint32_t(MapSharedValidate))
      return -EOPNOTSUPP;
    if (request.file && request.prot & ProtWrite && !request.fileWritable)
      return -EACCES;
    if (!request.file && vmFlags & VmGrowsDown)
      return -EINVAL;
    vmFlags |= VmShared | VmMayShare;
    if (request.file && !request.fileWritable)
      vmFlags &= ~uint64_t(VmMayWrite | VmShared);
  } else if (type != MapPrivate) {
    return -EINVAL;
  }
  if (!request.file)
    return 0;
  if (!request.fileReadable)
    return -EACCES;
  return vmFlags & VmGrowsDown ? -EINVAL : 0;
}

SysResult Mappings::mapRegion(MmId mm, const MmapRequest &request, Range range, uint64_t vmFlags, uint64_t pageOffset) {
  const uint64_t pages = (range.end - range.start) >> pageShift;
  Replaced replaced;
  if (!measureReplaced(mm, range, replaced) || !accounting.mayExpand(mm, vmFlags, pages - replaced.pages))
    return -ENOMEM;
  // Before 6.12 what was there is gone even when the new mapping then fails.
  if (replaced.pages && !parts.kernel.profile.release.atLeast(6, 12)) {
    unmapRange(mm, range.start, range.end - range.start);
    replaced = {};
  }
  FileId file = request.file;
  if (!reserve(mm, pages, replaced, vmFlags, file))
    return -ENOMEM;
  if (replaced.pages)
    unmapRange(mm, range.start, range.end - range.start);
  if (file)
    cache.addMapped(file, pages);
  const Vma added = {.start = range.start,
                     .end = range.end,
                     .flags = vmFlags,
                     .offset = pageOffset,
                     .file = file,
                     .anon = 0,
                     .anonChain = 0,
                     .gapBelow = 0};
  merger.insert(mm, added);
  parts.mm(mm).account(vmFlags, int64_t(pages));
  if (vmFlags & VmLocked)
    parts.mm(mm).lockedVm += pages;
  return SysResult(range.start);
}

/// What a fixed mapping takes the place of; false when cutting it would make too many mappings.
bool Mappings::measureReplaced(MmId mm, Range range, Replaced &replaced) const {
  for (const Vma &old : parts.now.vmas.within(mm, range.start, range.end)) {
    const uint64_t covered = (std::min(old.end, range.end) - std::max(old.start, range.start)) >> pageShift;
    replaced.pages += covered;
    replaced.accounted += old.flags & VmAccount ? covered : 0;
    if (old.start < range.start && old.end > range.end && parts.mmOf(mm).mapCount >= maxMapCount)
      return false;
  }
  return true;
}

/// Commits what the mapping may need: private writable memory itself, shared anonymous memory through its file, which
/// is made here.
bool Mappings::reserve(MmId mm, uint64_t pages, const Replaced &replaced, uint64_t &vmFlags, FileId &file) {
  if ((vmFlags & (VmNoReserve | VmShared | VmWrite)) == VmWrite) { // accountable_mapping()
    const uint64_t credit = std::min(pages, replaced.accounted);   // what is replaced pays
    if (pages > credit && !accounting.commit(mm, pages - credit))
      return false;
    parts.now.committed += credit;
    vmFlags |= VmAccount;
  }
  if (file || !(vmFlags & VmShared))
    return true;
  const uint64_t reserved = vmFlags & VmNoReserve ? 0 : pages;
  if (reserved && !accounting.commit(mm, reserved))
    return false;
  file = cache.createSharedMemory(pages << pageShift, reserved);
  return true;
}

SysResult Mappings::munmap(MmId mm, Address start, uint64_t length) {
  const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
  return unmapRange(mm, start, length);
}

/// do_vmi_munmap(): cuts the mappings at both ends and takes out what lies between.
SysResult Mappings::unmapRange(MmId mm, Address start, uint64_t length) {
  if (start & ~pageMask || start > userEnd || length > userEnd - start)
    return -EINVAL;
  const Address end = start + alignUp(length);
  if (end == start)
    return -EINVAL;
  const auto first = parts.now.vmas.intersection(mm, start, end);
  if (!first)
    return 0;
  if (start > first->start && end < first->end && parts.mmOf(mm).mapCount >= maxMapCount)
    return -ENOMEM;
  if (start > first->start)
    merger.cut(mm, *first, start);
  const auto last = parts.now.vmas.at(mm, end - 1);
  if (last && last->end > end)
    merger.cut(mm, *last, end);
  for (const Vma &vma : parts.now.vmas.within(mm, start, end))
    detach(mm, vma);
  releaseTablesAround(mm, start, end);
  return 0;
}

/// One whole mapping goes, with its pages and what it counted for.
void Mappings::detach(MmId mm, const Vma &vma) {
  zap(mm, vma.start, vma.end);
  parts.now.vmas.erase(mm, vma);
  Mm &space = parts.mm(mm);
  --space.mapCount;
  space.account(vma.flags, -int64_t(vma.pages()));
  if (vma.flags & VmLocked)
    space.lockedVm -= vma.pages();
  if (vma.flags & VmAccount)
    accounting.uncommit(vma.pages());
  if (vma.file)
    accounting.uncommit(cache.dropMapped(vma.file, vma.pages()));
}

void Mappings::zap(MmId mm, Address start, Address end) {
  for (auto at = parts.nextEntry(mm, start, end); at; at = parts.nextEntry(mm, *at + pageSize, end))
    parts.clearPte(mm, *at);
}

/// free_pgtables(): tables that serve no mapping any more.
void Mappings::releaseTablesAround(MmId mm, Address start, Address end) {
  const auto below = parts.now.vmas.startingBelow(mm, start);
  const auto above = parts.now.vmas.from(mm, end);
  parts.kernel.memory.releaseTables(parts.mmOf(mm).table, below ? below->end : 0,
                                    above ? above->start : userEnd + pageSize);
}

void Mappings::unmapAll(MmId mm) {
  for (const Vma &vma : parts.now.vmas.all(mm))
    detach(mm, vma);
  releaseTablesAround(mm, 0, userEnd);
}

} // namespace kmem::sim
