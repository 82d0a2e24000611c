// Everything of user memory that changes, in one value that copies in O(1), and what its parts share: the machine below
// and the handling of single user pages and page-table entries.
#pragma once

#include "runtime/alloc/page_allocator.h"
#include "runtime/fault/oracle.h"
#include "runtime/kernel/kernel.h"
#include "runtime/user/mm.h"
#include "runtime/user/page_lists.h"
#include "runtime/user/reverse_map.h"
#include "runtime/user/swap_space.h"
#include "runtime/user/vma_tree.h"

namespace kmem::sim {

/// How a page got into memory and out of it, machine-wide (/proc/vmstat).
struct UserEvents {
  uint64_t faults, majorFaults;
  uint64_t swapIns, swapOuts;
  uint64_t reclaimedFilePages, writtenPages, readPages;
};

struct UserState {
  VmaTree vmas;
  CowPool<Mm> spaces;
  ReverseMap mappings;
  PageLists lists;
  SwapSpace swap;
  UserEvents events{};
  uint64_t committed = 0; ///< vm_committed_as, pages
  MmId lastSpace = 0;     ///< highest number ever given
  uint32_t lastAnon = 0;  ///< anon_vma numbers given out
  Overcommit overcommit = Overcommit::Heuristic;
  uint32_t overcommitRatio = 50; ///< per cent
};

// Software bits of a page-table entry (arch/x86/include/asm/pgtable_types.h).
inline constexpr uint64_t pteSpecial = 1 << 9;     ///< the zero page
inline constexpr uint64_t pteProtNone = PteGlobal; ///< mapped, but PROT_NONE: not present to the CPU
inline constexpr unsigned swapSlotWord = 0;        ///< of Page::memory.words
inline constexpr bool pteIsMapped(uint64_t pte) { return pte & (PtePresent | pteProtNone); }
inline constexpr bool pteIsSwap(uint64_t pte) { return pte != 0 && !pteIsMapped(pte); }

/// The flags of a new entry, vma->vm_page_prot: shared mappings that need no notification are writable at once,
/// private ones wait for the fault (arch/x86/mm/pgprot.c).
uint64_t protectionOf(const Vma &vma, bool notifyWrites);

class UserParts {
public:
  UserParts(Kernel &kernel, PageAllocator &pages, Oracle &oracle);

  Kernel &kernel;
  PageAllocator &pages;
  Oracle &oracle;
  UserState now;
  const Pfn zeroPage; ///< empty_zero_page, a page of the kernel image

  Mm &mm(MmId id) { return now.spaces.write(id); }
  const Mm &mmOf(MmId id) const { return now.spaces[id]; }

  // Pages
  /// A page for user memory with one reference, GFP_HIGHUSER_MOVABLE; zeroed when told.
  std::optional<Pfn> allocatePage(PageOwner owner, bool zeroed, Gfp modifiers = 0);
  void putPage(Pfn page);
  void copyPage(Pfn to, Pfn from);
  bool hasFlag(Pfn page, PageFlag flag) const { return kernel.memory.page(page).pageFlags & flag; }
  void setFlag(Pfn page, PageFlag flag) { kernel.memory.pageForWrite(page).pageFlags |= flag; }
  void clearFlag(Pfn page, PageFlag flag) { kernel.memory.pageForWrite(page).pageFlags &= uint16_t(~flag); }
  /// mark_page_accessed(): referenced first, active the second time (mm/swap.c).
  void markAccessed(Pfn page);

  // Page-table entries
  uint64_t pte(MmId mm, Address address) const { return kernel.memory.entry(mmOf(mm).table, address & pageMask); }
  bool setPte(MmId mm, Address address, uint64_t entry) {
    return kernel.memory.setEntry(mmOf(mm).table, address & pageMask, entry);
  }
  /// The next entry in [start, end) that is not 0; its address. Skips what has no tables.
  std::optional<Address> nextEntry(MmId mm, Address start, Address end) const;
  /// Points an entry to a page and counts the mapping. The reference on the page becomes the mapping's.
  bool mapPage(MmId mm, Address address, Pfn page, uint64_t flags);
  /// Forgets an entry of any kind: drops the mapping and its reference, or the swap entry. Does not touch tables.
  void clearPte(MmId mm, Address address);
  RssKind rssKindOf(Pfn page) const;

  // Swap cache: a page that was read back while other entries still refer to its slot. Its bytes are those of the slot.
  void enterSwapCache(Pfn page, SwapSlot slot);
  void leaveSwapCache(Pfn page);
  SwapSlot swapSlotOf(Pfn page) const { return SwapSlot(kernel.memory.page(page).memory.words[swapSlotWord]); }
  /// One entry that refers to the slot is gone; with the last one go the slot and its cached page.
  void dropSwapEntry(SwapSlot slot);
};

} // namespace kmem::sim
