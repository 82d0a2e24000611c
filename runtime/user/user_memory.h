// User memory of a simulated machine, whole: address spaces with their mappings and faults, files and their cached
// pages, swap, reclaim, the kernel's access to user memory, and a malloc. It lives in the same frames and page tables
// as the kernel; its pages come from the page allocator, which it helps when memory is short.
//
//   MmId mm = user.spaces.create();
//   SysResult address = user.mappings.mmap(mm, {.length = 8192, .prot = ProtRead | ProtWrite,
//                                               .flags = MapPrivate | MapAnonymous});
//   user.faults.write(mm, address, bytes);
#pragma once

#include "runtime/user/malloc.h"
#include "runtime/user/spaces.h"
#include "runtime/user/user_copy.h"

namespace kmem::sim {

class UserMemory {
public:
  /// Registers with the page allocator, which must outlive it. No swap yet.
  UserMemory(Kernel &kernel, PageAllocator &pages, Oracle &oracle);
  UserMemory(const UserMemory &) = delete;
  UserMemory &operator=(const UserMemory &) = delete;

private:
  UserParts parts;

public:
  PageCache files;
  Reclaim reclaim;
  Faults faults;
  Mappings mappings;
  Spaces spaces;
  UserCopy copy;
  Malloc heap;

  // What there is
  const Mm &mm(MmId mm) const { return parts.mmOf(mm); }
  std::vector<Vma> mappingsOf(MmId mm) const { return parts.now.vmas.all(mm); }
  uint64_t pte(MmId mm, Address address) const { return parts.pte(mm, address); }
  /// The frame an address is in now; nothing when an access would fault, or on swap.
  std::optional<Pfn> pageAt(MmId mm, Address address) const;
  bool isZeroPage(Pfn page) const { return page == parts.zeroPage; }
  std::vector<ReverseMap::Place> mappingsOfPage(Pfn page) const { return parts.now.mappings.of(page); }
  const SwapSpace &swap() const { return parts.now.swap; }
  const UserEvents &events() const { return parts.now.events; }
  uint64_t committedPages() const { return parts.now.committed; }
  /// smaps' line of flags: "rd wr mr mw me ac".
  static std::string describeFlags(uint64_t vmFlags);
  /// As /proc/<pid>/maps: one line a mapping.
  std::vector<std::string> maps(MmId mm) const;

  // Settings of the machine
  void setSwapPages(uint64_t pages) { parts.now.swap.resize(pages); }
  void setOvercommit(Overcommit mode, uint32_t ratioPercent = 50);

  struct State {
    UserState user;
    PageCache::State files;
  };
  State state() const { return {parts.now, files.state()}; }
  void restore(const State &state);
};

} // namespace kmem::sim
