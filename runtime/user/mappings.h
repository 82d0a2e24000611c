// The system calls that shape an address space: brk, mmap, munmap, mprotect, mremap, mlock, madvise, msync, mincore,
// with the checks, their order and the errno of 6.12 (mm/mmap.c and its neighbours). Each takes the mmap lock as the
// kernel does, so that calling one where sleeping is forbidden is reported.
#pragma once

#include "runtime/user/accounting.h"
#include "runtime/user/faults.h"
#include "runtime/user/page_cache.h"
#include "runtime/user/placement.h"
#include "runtime/user/reclaim.h"
#include "runtime/user/vma_merge.h"

#include <functional>

namespace kmem::sim {

struct MmapRequest {
  Address address = 0;
  uint64_t length = 0;
  uint32_t prot = ProtNone;
  uint32_t flags = 0; ///< MapFlag bits; MapAnonymous, or a file
  FileId file = 0;
  uint64_t offset = 0;      ///< bytes
  bool fileReadable = true; ///< how the descriptor was opened
  bool fileWritable = true;
};

class Mappings {
public:
  Mappings(UserParts &parts, PageCache &cache, Faults &faults, Reclaim &reclaim)
      : parts(parts), cache(cache), faults(faults), reclaim(reclaim), accounting(parts), merger(parts) {}

  SysResult mmap(MmId mm, const MmapRequest &request);
  SysResult munmap(MmId mm, Address start, uint64_t length);
  /// The new break; the old one when it could not be moved.
  Address brk(MmId mm, Address newBreak);
  SysResult mprotect(MmId mm, Address start, uint64_t length, uint32_t prot);
  SysResult mremap(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags, Address target = 0);
  SysResult mlock(MmId mm, Address start, uint64_t length, uint32_t flags = 0);
  SysResult munlock(MmId mm, Address start, uint64_t length);
  SysResult mlockall(MmId mm, uint32_t flags);
  SysResult munlockall(MmId mm);
  SysResult madvise(MmId mm, Address start, uint64_t length, Advice advice);
  SysResult msync(MmId mm, Address start, uint64_t length, uint32_t flags);
  /// One byte a page into `resident`: 1 when an access would not have to wait for a device.
  SysResult mincore(MmId mm, Address start, uint64_t length, std::vector<uint8_t> &resident);

  /// Writes a file's dirty pages to its device and lets the next write to each fault again; pages written.
  uint64_t writeBack(FileId file, uint64_t firstPage = 0, uint64_t lastPage = UINT64_MAX);
  /// ftruncate(): what is mapped beyond the new end is unmapped first.
  SysResult truncate(FileId file, uint64_t bytes);
  /// exit_mmap(): every mapping goes; the table itself is the caller's.
  void unmapAll(MmId mm);

private:
  struct Range {
    Address start, end;
  };
  /// What a fixed mapping replaces, in pages.
  struct Replaced {
    uint64_t pages = 0, accounted = 0;
  };
  bool measureReplaced(MmId mm, Range range, Replaced &replaced) const;
  bool reserve(MmId mm, uint64_t pages, const Replaced &replaced, uint64_t &vmFlags, FileId &file);
  static SysResult normalise(MmapRequest &request);
  SysResult checkPlaced(MmId mm, const MmapRequest &request, Address address, uint64_t &vmFlags) const;
  SysResult placeAndCheck(MmId mm, MmapRequest &request, uint64_t &vmFlags);
  SysResult fileFlags(const MmapRequest &request, uint64_t &vmFlags) const;
  SysResult mapRegion(MmId mm, const MmapRequest &request, Range range, uint64_t vmFlags, uint64_t pageOffset);
  SysResult unmapRange(MmId mm, Address start, uint64_t length);
  void detach(MmId mm, const Vma &vma);
  void zap(MmId mm, Address start, Address end);
  void releaseTablesAround(MmId mm, Address start, Address end);
  bool growBreak(MmId mm, Address oldEnd, Address newEnd);
  SysResult protectPart(MmId mm, const Vma &vma, Address start, Address end, uint64_t flags);
  void changeProtection(MmId mm, const Vma &vma, Address start, Address end);
  SysResult resizable(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags, Vma &vma);
  SysResult remapLocked(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags, Address target);
  SysResult remapLarger(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags);
  SysResult placeCopy(MmId mm, const Vma &vma, Address old, uint64_t length, Address target, uint32_t mapFlags) const;
  SysResult remapTo(MmId mm, Address old, uint64_t oldLength, uint64_t newLength, uint32_t flags, Address target);
  SysResult moveMapping(MmId mm, const Vma &vma, Address old, uint64_t oldLength, uint64_t newLength, Address target,
                        uint32_t flags);
  bool movePages(MmId mm, Address from, uint64_t length, Address to);
  bool growInPlace(MmId mm, const Vma &vma, uint64_t delta, SysResult &result);
  SysResult applyLock(MmId mm, Address start, uint64_t length, uint64_t lockFlags);
  SysResult lockPart(MmId mm, const Vma &vma, Address start, Address end, uint64_t flags);
  SysResult lockRange(MmId mm, Address start, uint64_t length, uint64_t lockFlags);
  uint64_t lockedPagesIn(MmId mm, Address start, uint64_t length) const;
  /// The mappings of a range, cut to it, until one gives an error. Holes are skipped, and -ENOMEM in the end.
  SysResult forEachPart(MmId mm, Address start, Address end,
                        const std::function<SysResult(const Vma &, Address, Address)> &visit);
  SysResult advise(MmId mm, const Vma &vma, Address start, Address end, Advice advice);
  SysResult adviseFlags(MmId mm, const Vma &vma, Address start, Address end, Advice advice);
  void adviseFree(MmId mm, Address start, Address end);
  void adviseWillNeed(MmId mm, const Vma &vma, Address start, Address end);
  void adviseCold(MmId mm, Address start, Address end);
  SysResult adviseRemove(const Vma &vma, Address start, Address end);
  void unmapCopiesBeyond(FileId file, uint64_t firstPage);

  UserParts &parts;
  PageCache &cache;
  Faults &faults;
  Reclaim &reclaim;
  Accounting accounting;
  VmaMerger merger;
};

} // namespace kmem::sim
