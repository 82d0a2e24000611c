#include "runtime/user/reclaim.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace kmem::sim {

uint64_t Reclaim::reclaim(Gfp gfp, uint64_t pages) {
  const GfpFlags &flags = parts.kernel.profile.gfp;
  uint64_t freed = 0;
  if (gfp & flags.fs)
    freed += shrink(PageList::InactiveFile, PageList::ActiveFile, pages);
  if (gfp & flags.io && freed < pages)
    freed += shrink(PageList::InactiveAnon, PageList::ActiveAnon, pages - freed);
  return freed;
}

/// shrink_active_list() when the inactive list runs short, then shrink_inactive_list() once through.
uint64_t Reclaim::shrink(PageList inactive, PageList active, uint64_t wanted) {
  PageLists &lists = parts.now.lists;
  while (lists.size(active) > lists.size(inactive)) {
    const Pfn page = lists.oldest(active);
    takeReferences(page);
    parts.clearFlag(page, PageReferenced);
    lists.move(page, inactive);
  }
  uint64_t freed = 0;
  // Twice, so that a page whose second chance passed goes in the same call.
  for (uint64_t left = 2 * lists.size(inactive); left && freed < wanted && !lists.empty(inactive); --left) {
    const Pfn page = lists.oldest(inactive);
    const unsigned references = takeReferences(page);
    const bool wasReferenced = parts.hasFlag(page, PageReferenced);
    if (references && (references > 1 || wasReferenced)) { // folio_check_references()
      parts.clearFlag(page, PageReferenced);
      lists.move(page, active);
    } else if (references) {
      parts.setFlag(page, PageReferenced);
      lists.move(page, inactive);
    } else if (isLocked(page)) {
      lists.move(page, PageList::Unevictable);
    } else if (takeBack(page)) {
      ++freed;
    } else {
      lists.move(page, inactive);
    }
  }
  return freed;
}

unsigned Reclaim::takeReferences(Pfn page) {
  unsigned references = 0;
  for (const ReverseMap::Place &place : parts.now.mappings.of(page)) {
    const uint64_t entry = parts.pte(place.mm, place.address);
    if (!(entry & PteAccessed))
      continue;
    ++references;
    parts.setPte(place.mm, place.address, entry & ~uint64_t(PteAccessed));
  }
  return references;
}

bool Reclaim::isLocked(Pfn page) const {
  for (const ReverseMap::Place &place : parts.now.mappings.of(page))
    if (const auto vma = parts.now.vmas.at(place.mm, place.address); vma && vma->flags & VmLocked)
      return true;
  return false;
}

/// Whether somebody has a reference that is neither a mapping nor a cache.
bool Reclaim::isPinned(Pfn page) const {
  const Page &state = parts.kernel.memory.page(page);
  const int caches = (state.owner == PageOwner::PageCache) + bool(state.pageFlags & PageSwapCache);
  return state.refCount != state.mapCount + 1 + caches;
}

bool Reclaim::takeBack(Pfn page) {
  if (isPinned(page) || isLocked(page))
    return false;
  const Page &state = parts.kernel.memory.page(page);
  if (state.owner == PageOwner::PageCache)
    return state.pageFlags & PageSwapBacked ? swapOutShared(page) : dropFilePage(page);
  return !parts.hasFlag(page, PageSwapBacked) && discardLazily(page) ? true : swapOut(page);
}

/// MADV_FREE: gone without a trace, unless it was written again.
bool Reclaim::discardLazily(Pfn page) {
  for (const ReverseMap::Place &place : parts.now.mappings.of(page))
    if (parts.pte(place.mm, place.address) & PteDirty) {
      parts.setFlag(page, PageSwapBacked);
      return false;
    }
  parts.pages.getPage(page);
  for (const ReverseMap::Place &place : parts.now.mappings.of(page))
    parts.clearPte(place.mm, place.address);
  parts.putPage(page);
  return true;
}

/// The page's slot when it is in the swap cache, else a new one without references yet.
std::optional<SwapSlot> Reclaim::slotFor(Pfn page) {
  if (parts.hasFlag(page, PageSwapCache))
    return parts.swapSlotOf(page);
  const auto slot = parts.now.swap.allocate();
  if (slot)
    std::memcpy(parts.now.swap.contentsForWrite(*slot), parts.kernel.memory.frame(page), pageSize);
  return slot;
}

bool Reclaim::swapOut(Pfn page) {
  const bool cached = parts.hasFlag(page, PageSwapCache);
  const auto slot = slotFor(page);
  if (!slot)
    return false;
  parts.pages.getPage(page);
  replaceMappings(page, *slot);
  if (cached)
    parts.leaveSwapCache(page);
  else
    parts.now.swap.put(*slot); // the reference of allocate()
  parts.putPage(page);
  ++parts.now.events.swapOuts;
  return true;
}

/// try_to_unmap_one(): each entry becomes a swap entry.
void Reclaim::replaceMappings(Pfn page, SwapSlot slot) {
  const bool exclusive = parts.hasFlag(page, PageAnonExclusive);
  for (const ReverseMap::Place &place : parts.now.mappings.of(page)) {
    parts.now.swap.duplicate(slot);
    parts.clearPte(place.mm, place.address);
    parts.setPte(place.mm, place.address, swapEntry(slot, exclusive));
    ++parts.mm(place.mm).count(RssKind::SwapEntries);
  }
}

/// A page of shared anonymous memory: the entries go, the file remembers the slot.
bool Reclaim::swapOutShared(Pfn page) {
  const auto slot = slotFor(page);
  if (!slot)
    return false;
  unmapFilePage(page);
  cache.evict(page, *slot);
  ++parts.now.events.swapOuts;
  return true;
}

bool Reclaim::dropFilePage(Pfn page) {
  unmapFilePage(page); // gathers the dirty bits of its mappings
  if (parts.hasFlag(page, PageDirty))
    cache.writePage(page);
  cache.evict(page);
  ++parts.now.events.reclaimedFilePages;
  return true;
}

void Reclaim::unmapFilePage(Pfn page) {
  for (const ReverseMap::Place &place : parts.now.mappings.of(page))
    parts.clearPte(place.mm, place.address);
}

bool Reclaim::writeBack(Pfn page) {
  for (const ReverseMap::Place &place : parts.now.mappings.of(page)) {
    const uint64_t entry = parts.pte(place.mm, place.address);
    if (entry & PteDirty)
      parts.setFlag(page, PageDirty);
    parts.setPte(place.mm, place.address, entry & ~uint64_t(PteDirty | PteWrite));
  }
  if (!parts.hasFlag(page, PageDirty))
    return false;
  cache.writePage(page);
  return true;
}

uint64_t Reclaim::pageOut(MmId mm, Address start, Address end) {
  uint64_t taken = 0;
  for (auto at = parts.nextEntry(mm, start, end); at; at = parts.nextEntry(mm, *at + pageSize, end)) {
    const uint64_t entry = parts.pte(mm, *at);
    const Pfn page = pfnOfEntry(entry);
    if (pteIsSwap(entry) || page == parts.zeroPage || parts.kernel.memory.page(page).mapCount != 0)
      continue;
    takeReferences(page);
    taken += takeBack(page);
  }
  return taken;
}

uint64_t Reclaim::takeBackAll() {
  uint64_t taken = 0;
  for (PageList list : {PageList::InactiveFile, PageList::ActiveFile, PageList::InactiveAnon, PageList::ActiveAnon})
    for (uint64_t left = parts.now.lists.size(list); left; --left) {
      const Pfn page = parts.now.lists.oldest(list);
      takeReferences(page);
      if (takeBack(page))
        ++taken;
      else
        parts.now.lists.move(page, isLocked(page) ? PageList::Unevictable : list);
    }
  return taken;
}

uint64_t Reclaim::reclaimable() const {
  const PageLists &lists = parts.now.lists;
  const uint64_t anonymous = lists.size(PageList::InactiveAnon) + lists.size(PageList::ActiveAnon);
  return lists.size(PageList::InactiveFile) + lists.size(PageList::ActiveFile) +
         std::min(anonymous, parts.now.swap.freePages());
}

/// select_bad_process(): the one with the most pages in memory and on swap; 0 when there is none left.
MmId Reclaim::victim() const {
  MmId worst = 0;
  uint64_t most = 0;
  for (MmId mm = 1; mm <= parts.now.lastSpace; ++mm) {
    const Mm &space = parts.mmOf(mm);
    const uint64_t badness = space.rssPages() + space.rss[unsigned(RssKind::SwapEntries)];
    if (!space.table || space.killed || badness <= most)
      continue;
    worst = mm;
    most = badness;
  }
  return worst;
}

/// oom_kill_process() and the reaper: private memory goes at once, what is shared when the process exits
/// (mm/oom_kill.c).
bool Reclaim::killOne() {
  const MmId chosen = victim();
  if (!chosen)
    return false;
  parts.mm(chosen).killed = true;
  const Mm space = parts.mmOf(chosen);
  constexpr uint64_t kilobytes = pageSize / 1024;
  char line[240];
  std::snprintf(line, sizeof(line),
                "Out of memory: Killed process %u (process) total-vm:%" PRIu64 "kB, anon-rss:%" PRIu64
                "kB, file-rss:%" PRIu64 "kB, shmem-rss:%" PRIu64 "kB, UID:0",
                chosen, space.totalVm * kilobytes, space.rss[unsigned(RssKind::Anonymous)] * kilobytes,
                space.rss[unsigned(RssKind::File)] * kilobytes, space.rss[unsigned(RssKind::Shmem)] * kilobytes);
  parts.kernel.console.print(line);
  for (const Vma &vma : parts.now.vmas.all(chosen)) {
    if (!vma.isAnonymous() && vma.flags & VmShared)
      continue;
    for (auto at = parts.nextEntry(chosen, vma.start, vma.end); at;
         at = parts.nextEntry(chosen, *at + pageSize, vma.end))
      parts.clearPte(chosen, *at);
  }
  return true;
}

} // namespace kmem::sim
