// One address space (struct mm_struct, include/linux/mm_types.h): its page table, its layout, what it counts and what
// it is limited to. Plain data in a pool; its mappings are in VmaTree.
#pragma once

#include "runtime/user/uapi.h"
#include "runtime/user/vma.h"

#include <array>

namespace kmem::sim {

/// What resident pages are counted as (MM_FILEPAGES and so on, include/linux/mm_types_task.h).
enum class RssKind : uint8_t { File, Anonymous, SwapEntries, Shmem };
inline constexpr unsigned rssKinds = 4;

inline constexpr uint64_t stackGuardGap = 256 * pageSize; ///< stack_guard_gap (mm/mmap.c)
inline constexpr Address mmapMinAddress = 65536;          ///< vm.mmap_min_addr (CONFIG_DEFAULT_MMAP_MIN_ADDR)
inline constexpr uint32_t maxMapCount = 65530;            ///< vm.max_map_count
inline constexpr uint64_t pmdSize = uint64_t(2) << 20;

struct Mm {
  Pfn table; ///< pgd
  // Pages
  uint64_t totalVm, dataVm, stackVm, execVm, lockedVm;
  std::array<uint64_t, rssKinds> rss;
  uint64_t minorFaults, majorFaults;
  // Layout
  Address startData, endData, startBrk, brk;
  Address mmapBase; ///< where placing from the top starts
  Address stackTop;
  uint64_t defaultFlags; ///< def_flags: what mlockall(MCL_FUTURE) adds to new mappings
  UserLimits limits;
  uint32_t mapCount;
  bool killed;         ///< by the OOM killer: its private memory is gone, faults fail
  Address mallocState; ///< of runtime/user/malloc.h, 0 before the first call

  uint64_t rssPages() const { return rss[0] + rss[1] + rss[3]; }
  uint64_t &count(RssKind kind) { return rss[unsigned(kind)]; }
  /// vm_stat_account(): a mapping of `pages` with these flags comes (or goes, when negative).
  void account(uint64_t flags, int64_t pages);
};

} // namespace kmem::sim
