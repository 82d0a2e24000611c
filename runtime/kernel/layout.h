// Where x86-64 with four page-table levels puts things when KASLR is off (Documentation/arch/x86/x86_64/mm.rst and
// arch/x86/include/asm/page_64_types.h, pgtable_64_types.h). All addresses are the simulated kernel's.
#pragma once

#include <cstdint>

namespace kmem::sim {

using Address = uint64_t; ///< virtual, kernel or user
using Physical = uint64_t;
using Pfn = uint64_t; ///< page frame number

inline constexpr unsigned pageShift = 12;
inline constexpr uint64_t pageSize = uint64_t(1) << pageShift;
inline constexpr uint64_t pageMask = ~(pageSize - 1);
inline constexpr unsigned maxPageOrder = 10;  ///< MAX_PAGE_ORDER, inclusive, in both 6.1 and 6.12
inline constexpr unsigned pageblockOrder = 9; ///< with CONFIG_HUGETLB_PAGE
inline constexpr unsigned costlyOrder = 3;    ///< PAGE_ALLOC_COSTLY_ORDER

inline constexpr Address userEnd = 0x00007ffffffff000;        ///< TASK_SIZE_MAX
inline constexpr Address directMapStart = 0xffff888000000000; ///< PAGE_OFFSET
inline constexpr Address vmallocStart = 0xffffc90000000000;
inline constexpr Address vmallocEnd = 0xffffe8ffffffffff;
inline constexpr Address vmemmapStart = 0xffffea0000000000;
inline constexpr Address percpuStart = 0xffffe8ff00000000;     ///< where pcpu chunks grow down from, near VMALLOC_END
inline constexpr Address kernelTextStart = 0xffffffff80000000; ///< __START_KERNEL_map
inline constexpr Address kernelImageEnd = 0xffffffffa0000000;
inline constexpr Address modulesStart = 0xffffffffa0000000;
inline constexpr Address modulesEnd = 0xffffffffff000000;
inline constexpr Address physicalStart = 0x1000000; ///< CONFIG_PHYSICAL_START: where the image lies in memory
inline constexpr unsigned structPageSize = 64;

inline constexpr Address zeroSizePointer = 16; ///< ZERO_SIZE_PTR (include/linux/slab.h)
inline constexpr unsigned maxErrno = 4095;

inline constexpr Address pageToVirt(Pfn pfn) { return directMapStart + (pfn << pageShift); }
inline constexpr Address pageToVmemmap(Pfn pfn) { return vmemmapStart + pfn * structPageSize; }
inline constexpr bool isVmallocAddress(Address a) { return a >= vmallocStart && a < vmallocEnd; }
inline constexpr bool isErrorPointer(Address a) { return a >= Address(-int64_t(maxErrno)); }
inline constexpr Address errorPointer(int negativeErrno) { return Address(int64_t(negativeErrno)); }
inline constexpr bool isCanonical(Address a) { return int64_t(a << 16) >> 16 == int64_t(a); }

} // namespace kmem::sim
