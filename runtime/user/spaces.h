// Address spaces as wholes: exec makes one with a stack and an empty heap, fork copies one so that both write their own
// copies later (dup_mmap in kernel/fork.c, copy_page_range in mm/memory.c), exit gives everything back.
#pragma once

#include "runtime/user/mappings.h"

namespace kmem::sim {

/// Where a program without address-space randomisation finds itself.
struct SpaceLayout {
  Address heapStart = 0x555555559000; ///< behind the data of a position-independent executable
  uint64_t dataBytes = 0;             ///< of the executable, which RLIMIT_DATA counts
  UserLimits limits;
};

class Spaces {
public:
  Spaces(UserParts &parts, PageCache &cache, Mappings &mappings)
      : parts(parts), cache(cache), mappings(mappings), accounting(parts) {}

  /// 0 when there is no memory for the page table.
  MmId create(const SpaceLayout &layout = {});
  /// The child, or 0: no memory, or more than may be committed.
  MmId fork(MmId parent);
  void exit(MmId mm);
  bool exists(MmId mm) const { return mm && parts.mmOf(mm).table; }
  void setLimits(MmId mm, const UserLimits &limits) { parts.mm(mm).limits = limits; }
  /// The running task's address space from now on: what user copies go to.
  void use(MmId mm);

private:
  std::optional<MmId> allocateSpace();
  bool copyMapping(MmId parent, MmId child, const Vma &vma);
  bool copyPages(MmId parent, MmId child, const Vma &from, const Vma &to);
  bool copyEntry(MmId parent, MmId child, const Vma &vma, Address address);

  UserParts &parts;
  PageCache &cache;
  Mappings &mappings;
  Accounting accounting;
};

} // namespace kmem::sim
