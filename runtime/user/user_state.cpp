#include "runtime/user/user_state.h"

#include <cstring>

namespace kmem::sim {

void Mm::account(uint64_t flags, int64_t pages) {
  totalVm += uint64_t(pages);
  if (isExecMapping(flags))
    execVm += uint64_t(pages);
  else if (isStackMapping(flags))
    stackVm += uint64_t(pages);
  else if (isDataMapping(flags))
    dataVm += uint64_t(pages);
}

uint64_t protectionOf(const Vma &vma, bool notifyWrites) {
  if (!vma.isAccessible())
    return pteProtNone | PteUser | PteNoExec;
  uint64_t flags = PtePresent | PteUser | PteAccessed;
  if (!(vma.flags & VmExec))
    flags |= PteNoExec;
  if (vma.is(VmShared | VmWrite) && !notifyWrites)
    flags |= PteWrite;
  return flags;
}

UserParts::UserParts(Kernel &kernel, PageAllocator &pages, Oracle &oracle)
    : kernel(kernel), pages(pages), oracle(oracle), zeroPage((kernelImageOf(kernel.profile).end - 1) >> pageShift) {}

std::optional<Pfn> UserParts::allocatePage(PageOwner owner, bool zeroed, Gfp modifiers) {
  const GfpFlags &gfp = kernel.profile.gfp;
  const Gfp flags = gfp.kernel() | gfp.hardwall | gfp.highmem | gfp.movable | (zeroed ? gfp.zero : 0) | modifiers;
  const std::optional<Pfn> page = pages.allocate(flags, 0);
  if (!page)
    return page;
  Page &state = kernel.memory.pageForWrite(*page);
  state.owner = owner;
  state.mapCount = -1;
  state.pageFlags = PageUptodate;
  state.memory = {};
  return page;
}

void UserParts::putPage(Pfn page) {
  if (kernel.memory.page(page).refCount == 1) {
    now.lists.remove(page);
    Page &state = kernel.memory.pageForWrite(page);
    assert(state.mapCount == -1 && "a mapped page has references");
    state.pageFlags = 0;
    state.owner = PageOwner::Allocated;
  }
  pages.putPage(page);
}

void UserParts::copyPage(Pfn to, Pfn from) {
  std::byte *target = kernel.memory.frameForWrite(to);
  std::memcpy(target, kernel.memory.frame(from), pageSize);
}

void UserParts::markAccessed(Pfn page) {
  if (!hasFlag(page, PageReferenced)) {
    setFlag(page, PageReferenced);
    return;
  }
  const PageList list = now.lists.listOf(page);
  if (list == PageList::InactiveAnon)
    now.lists.move(page, PageList::ActiveAnon);
  else if (list == PageList::InactiveFile)
    now.lists.move(page, PageList::ActiveFile);
  else
    return;
  clearFlag(page, PageReferenced);
}

std::optional<Address> UserParts::nextEntry(MmId mm, Address start, Address end) const {
  Address at = start & pageMask;
  while (at < end) {
    Pfn table = mmOf(mm).table;
    unsigned level = tableLevels;
    uint64_t entry = 0;
    for (; level > 0; --level) {
      const unsigned shift = pageShift + 9 * (level - 1);
      std::memcpy(&entry, kernel.memory.frame(table) + ((at >> shift) % entriesPerTable) * sizeof(entry),
                  sizeof(entry));
      if (level == 1 || !(entry & PtePresent))
        break;
      table = pfnOfEntry(entry);
    }
    if (level == 1 && entry)
      return at;
    const uint64_t covers = uint64_t(1) << (pageShift + 9 * (level - 1));
    at = (at & ~(covers - 1)) + covers;
  }
  return std::nullopt;
}

RssKind UserParts::rssKindOf(Pfn page) const {
  const Page &state = kernel.memory.page(page);
  if (state.owner == PageOwner::User)
    return RssKind::Anonymous;
  return state.pageFlags & PageSwapBacked ? RssKind::Shmem : RssKind::File;
}

bool UserParts::mapPage(MmId id, Address address, Pfn page, uint64_t flags) {
  address &= pageMask;
  if (!setPte(id, address, makeEntry(page, flags)))
    return false;
  ++kernel.memory.pageForWrite(page).mapCount;
  now.mappings.add(page, {id, address});
  ++mm(id).count(rssKindOf(page));
  return true;
}

void UserParts::clearPte(MmId id, Address address) {
  address &= pageMask;
  const uint64_t entry = pte(id, address);
  if (!entry)
    return;
  setPte(id, address, 0);
  if (pteIsSwap(entry)) {
    --mm(id).count(RssKind::SwapEntries);
    dropSwapEntry(slotOfEntry(entry));
    return;
  }
  const Pfn page = pfnOfEntry(entry);
  if (page == zeroPage)
    return;
  --mm(id).count(rssKindOf(page));
  now.mappings.remove(page, {id, address});
  Page &state = kernel.memory.pageForWrite(page);
  --state.mapCount;
  if (state.owner == PageOwner::PageCache) {
    if (entry & PteDirty)
      state.pageFlags |= PageDirty;
    if (entry & PteAccessed)
      markAccessed(page);
  }
  putPage(page);
}

void UserParts::enterSwapCache(Pfn page, SwapSlot slot) {
  Page &state = kernel.memory.pageForWrite(page);
  state.pageFlags |= PageSwapCache;
  state.memory.words[swapSlotWord] = slot;
  now.swap.setCachedPage(slot, page);
  pages.getPage(page);
}

void UserParts::leaveSwapCache(Pfn page) {
  now.swap.setCachedPage(swapSlotOf(page), 0);
  clearFlag(page, PageSwapCache);
  putPage(page);
}

void UserParts::dropSwapEntry(SwapSlot slot) {
  if (const Pfn cached = now.swap.cachedPage(slot); cached && now.swap.referencesOf(slot) == 1)
    leaveSwapCache(cached);
  now.swap.put(slot);
}

} // namespace kmem::sim
