// Faults on private memory: the zero page, the first write, copy on write, and the way back from swap
// (do_anonymous_page, do_wp_page, do_swap_page in mm/memory.c).
#include "runtime/user/faults.h"

#include <cstring>

namespace kmem::sim {

void Faults::prepareAnon(Fault &fault) {
  merger.prepareAnon(fault.mm, fault.vma);
  fault.vma = *parts.now.vmas.at(fault.mm, fault.address);
}

/// A new private page with its one reference goes into the entry, writable where the mapping is.
bool Faults::mapAnonymous(Fault &fault, Pfn page) {
  Page &state = parts.kernel.memory.pageForWrite(page);
  state.pageFlags |= PageSwapBacked | PageAnonExclusive;
  state.memory.mapping = fault.vma.anon;
  state.memory.index = fault.vma.pageOffsetOf(fault.address);
  uint64_t flags = protectionOf(fault.vma, true);
  if (fault.vma.flags & VmWrite)
    flags |= PteWrite | PteDirty;
  if (!parts.mapPage(fault.mm, fault.address, page, flags)) {
    parts.putPage(page);
    return false;
  }
  parts.now.lists.add(page, fault.vma.flags & VmLocked ? PageList::Unevictable : PageList::InactiveAnon);
  return true;
}

FaultResult Faults::anonymousFault(Fault &fault) {
  if (!fault.write) {
    const uint64_t entry = makeEntry(parts.zeroPage, protectionOf(fault.vma, true) | pteSpecial);
    if (!parts.setPte(fault.mm, fault.address, entry))
      return outOfMemory();
    return {FaultKind::ZeroPage};
  }
  prepareAnon(fault);
  const auto page = parts.allocatePage(PageOwner::User, true);
  if (!page || !mapAnonymous(fault, *page))
    return outOfMemory();
  return {FaultKind::Anonymous};
}

FaultResult Faults::writeProtectFault(Fault &fault) {
  const Pfn page = pfnOfEntry(fault.entry);
  if (fault.vma.flags & (VmShared | VmMayShare)) {
    reusePage(fault, page);
    parts.setFlag(page, PageDirty);
    return {FaultKind::MakeWrite};
  }
  const bool anonymous = page != parts.zeroPage && parts.rssKindOf(page) == RssKind::Anonymous;
  if (anonymous && (parts.hasFlag(page, PageAnonExclusive) || canReuse(page))) {
    parts.setFlag(page, PageAnonExclusive);
    reusePage(fault, page);
    return {FaultKind::Reuse};
  }
  return copyPage(fault);
}

/// wp_can_reuse_anon_folio(): nobody else has a reference, apart from a swap cache that nobody needs.
bool Faults::canReuse(Pfn page) {
  if (parts.hasFlag(page, PageSwapCache) && parts.now.swap.referencesOf(parts.swapSlotOf(page)) == 0)
    parts.leaveSwapCache(page);
  return parts.kernel.memory.page(page).refCount == 1;
}

void Faults::reusePage(Fault &fault, Pfn page) {
  const uint64_t entry = fault.entry | PteAccessed | PteDirty | (fault.vma.flags & VmWrite ? uint64_t(PteWrite) : 0);
  parts.setPte(fault.mm, fault.address, entry);
}

/// wp_page_copy()
FaultResult Faults::copyPage(Fault &fault) {
  const Pfn from = pfnOfEntry(fault.entry);
  const bool fromZero = from == parts.zeroPage;
  prepareAnon(fault);
  if (!fromZero)
    parts.pages.getPage(from); // the allocation may reclaim
  const auto page = parts.allocatePage(PageOwner::User, fromZero);
  if (page && !fromZero)
    parts.copyPage(*page, from);
  if (!fromZero)
    parts.putPage(from);
  if (!page)
    return outOfMemory();
  parts.clearPte(fault.mm, fault.address);
  [[maybe_unused]] const bool mapped = mapAnonymous(fault, *page);
  assert(mapped && "the table is there already");
  return {FaultKind::Copy};
}

/// A page with the slot's bytes and one reference.
std::optional<Pfn> Faults::readFromSwap(SwapSlot slot) {
  const auto page = parts.allocatePage(PageOwner::User, false);
  if (!page)
    return page;
  std::memcpy(parts.kernel.memory.frameForWrite(*page), parts.now.swap.contents(slot), pageSize);
  parts.setFlag(*page, PageSwapBacked);
  parts.now.lists.add(*page, PageList::InactiveAnon);
  ++parts.now.events.swapIns;
  return page;
}

void Faults::readSwapAhead(SwapSlot slot) {
  if (parts.now.swap.cachedPage(slot))
    return;
  const auto page = readFromSwap(slot);
  if (!page)
    return;
  parts.enterSwapCache(*page, slot);
  parts.putPage(*page); // the cache's reference remains
}

FaultResult Faults::swapFault(Fault &fault) {
  const SwapSlot slot = slotOfEntry(fault.entry);
  const bool wasExclusive = fault.entry & pteSwapExclusive;
  Pfn page = parts.now.swap.cachedPage(slot);
  const bool major = !page;
  if (page) {
    parts.pages.getPage(page);
  } else {
    const auto added = readFromSwap(slot);
    if (!added)
      return outOfMemory();
    page = *added;
    if (parts.now.swap.referencesOf(slot) > 1)
      parts.enterSwapCache(page, slot);
  }
  Page &state = parts.kernel.memory.pageForWrite(page);
  state.memory.mapping = fault.vma.anon;
  state.memory.index = fault.vma.pageOffsetOf(fault.address);
  --parts.mm(fault.mm).count(RssKind::SwapEntries);
  uint64_t flags = protectionOf(fault.vma, true);
  parts.mapPage(fault.mm, fault.address, page, flags);
  parts.dropSwapEntry(slot);
  const bool exclusive = wasExclusive || parts.kernel.memory.page(page).refCount == 1;
  if (exclusive)
    parts.setFlag(page, PageAnonExclusive);
  if (!fault.write)
    return {FaultKind::Swap, Signal::None, 0, major};
  fault.entry = parts.pte(fault.mm, fault.address);
  FaultResult result = writeProtectFault(fault);
  result.major = major;
  if (result.ok())
    result.kind = FaultKind::Swap;
  return result;
}

} // namespace kmem::sim
