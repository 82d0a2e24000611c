// Where a new mapping goes when its address is not fixed (mm/mmap.c, arch/x86/kernel/sys_x86_64.c): at the hint if
// there is room, else in the highest hole below mmap_base that is large enough, else from the bottom. No randomisation.
#pragma once

#include "runtime/user/user_state.h"

namespace kmem::sim {

struct PlacementRequest {
  Address hint = 0; ///< or the address itself with MapFixed
  uint64_t length = 0;
  uint32_t flags = 0;          ///< MapFlag bits
  uint64_t pageOffset = 0;     ///< of the file
  bool isSharedMemory = false; ///< shared and anonymous: shmem chooses
  bool isFile = false;         ///< of a filesystem that aligns for huge pages, as ext4 does
};

/// get_unmapped_area(): the address, or -ENOMEM, -EINVAL, -EPERM.
SysResult placeMapping(const UserParts &parts, MmId mm, const PlacementRequest &request);

/// mmap_base() for a stack limit (arch/x86/mm/mmap.c).
Address mmapBaseFor(uint64_t stackLimit);

/// vm_start_gap(): the start, with the guard gap below a mapping that grows down.
Address guardedStart(const Vma &vma);

} // namespace kmem::sim
