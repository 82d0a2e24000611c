// One mapping of an address space and what its flags mean (struct vm_area_struct, include/linux/mm.h). Plain data: the
// tree of them is vma_tree.h, the rules by which neighbours become one are vma_merge.h.
#pragma once

#include "runtime/kernel/layout.h"

#include <cstdint>

namespace kmem::sim {

using MmId = uint32_t;   ///< an address space; 0 is none
using FileId = uint32_t; ///< a file of the page cache; 0 is none

enum VmFlag : uint64_t {
  VmRead = 0x1,
  VmWrite = 0x2,
  VmExec = 0x4,
  VmShared = 0x8,
  VmMayRead = 0x10,
  VmMayWrite = 0x20,
  VmMayExec = 0x40,
  VmMayShare = 0x80,
  VmGrowsDown = 0x100,
  VmLocked = 0x2000,
  VmSequentialRead = 0x8000,
  VmRandomRead = 0x10000,
  VmDontCopy = 0x20000,
  VmDontExpand = 0x40000,
  VmLockOnFault = 0x80000,
  VmAccount = 0x100000,
  VmNoReserve = 0x200000,
  VmWipeOnFork = 0x02000000,
  VmDontDump = 0x04000000,
  VmSoftDirty = 0x08000000,
  VmHugePage = 0x20000000,
  VmNoHugePage = 0x40000000,
};
inline constexpr uint64_t vmAccess = VmRead | VmWrite | VmExec;
inline constexpr uint64_t vmLockedMask = VmLocked | VmLockOnFault;

struct Vma {
  Address start, end;
  uint64_t flags;     ///< VmFlag bits
  uint64_t offset;    ///< vm_pgoff: page of the file, or of the address for anonymous memory
  FileId file;        ///< also the internal file of a shared anonymous mapping
  uint32_t anon;      ///< number of its anon_vma, 0 before the first private page
  uint32_t anonChain; ///< length of anon_vma_chain: above 1 after a fork, which forbids merging
  uint64_t gapBelow;  ///< kept by VmaTree: unmapped bytes between it and the mapping below

  uint64_t size() const { return end - start; }
  uint64_t pages() const { return size() >> pageShift; }
  bool contains(Address address) const { return address >= start && address < end; }
  bool is(uint64_t bits) const { return (flags & bits) == bits; }
  bool isAnonymous() const { return file == 0; } ///< vma_is_anonymous(): private, without a file
  bool isAccessible() const { return flags & vmAccess; }
  /// is_cow_mapping(): private, and could be made writable.
  bool isCow() const { return (flags & (VmShared | VmMayWrite)) == VmMayWrite; }
  uint64_t pageOffsetOf(Address address) const { return offset + ((address - start) >> pageShift); }
  Address addressOf(uint64_t pageOffset) const { return start + ((pageOffset - offset) << pageShift); }
};

// How a mapping counts (mm/internal.h).
inline constexpr bool isExecMapping(uint64_t flags) { return (flags & (VmExec | VmWrite | VmGrowsDown)) == VmExec; }
inline constexpr bool isStackMapping(uint64_t flags) { return (flags & VmGrowsDown) == VmGrowsDown; }
inline constexpr bool isDataMapping(uint64_t flags) { return (flags & (VmWrite | VmShared | VmGrowsDown)) == VmWrite; }

} // namespace kmem::sim
