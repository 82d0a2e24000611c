// madvise (mm/madvise.c).
#include "runtime/user/mappings.h"
#include "runtime/user/mmap_lock.h"

#include <algorithm>
#include <cerrno>

namespace kmem::sim {

SysResult Mappings::madvise(MmId mm, Address start, uint64_t lengthAsked, Advice advice) {
  const uint64_t length = (lengthAsked + pageSize - 1) & pageMask;
  if (start & ~pageMask || (lengthAsked && !length) || start + length < start)
    return -EINVAL;
  if (!length)
    return 0;
  const Address end = start + length;
  if (advice == Advice::PopulateRead || advice == Advice::PopulateWrite)
    return faults.populateFor(mm, start, end, advice == Advice::PopulateWrite);
  const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
  return forEachPart(mm, start, end,
                     [&](const Vma &vma, Address from, Address to) { return advise(mm, vma, from, to, advice); });
}

SysResult Mappings::advise(MmId mm, const Vma &vma, Address start, Address end, Advice advice) {
  const bool locked = vma.flags & VmLocked;
  switch (advice) {
  case Advice::WillNeed:
    if (vma.file && !cache[vma.file].isShmem)
      cache.readaheadForced(vma.file, vma.pageOffsetOf(start), (end - start) >> pageShift);
    else
      adviseWillNeed(mm, vma, start, end);
    return 0;
  case Advice::DontNeed:
    if (locked)
      return -EINVAL;
    zap(mm, start, end);
    return 0;
  case Advice::Free:
    if (locked || !vma.isAnonymous())
      return -EINVAL;
    adviseFree(mm, start, end);
    return 0;
  case Advice::Remove:
    return adviseRemove(vma, start, end);
  case Advice::Cold:
  case Advice::PageOut:
    if (locked)
      return -EINVAL;
    if (advice == Advice::PageOut)
      reclaim.pageOut(mm, start, end);
    else
      adviseCold(mm, start, end);
    return 0;
  default:
    return adviseFlags(mm, vma, start, end, advice);
  }
}

namespace {

struct FlagAdvice {
  Advice advice;
  uint64_t set, clear;
};
constexpr FlagAdvice flagAdvices[] = {
    {Advice::Normal, 0, VmRandomRead | VmSequentialRead},
    {Advice::Sequential, VmSequentialRead, VmRandomRead},
    {Advice::Random, VmRandomRead, VmSequentialRead},
    {Advice::DontFork, VmDontCopy, 0},
    {Advice::DoFork, 0, VmDontCopy},
    {Advice::WipeOnFork, VmWipeOnFork, 0},
    {Advice::KeepOnFork, 0, VmWipeOnFork},
    {Advice::DontDump, VmDontDump, 0},
    {Advice::DoDump, 0, VmDontDump},
    {Advice::HugePage, VmHugePage, VmNoHugePage},
    {Advice::NoHugePage, VmNoHugePage, VmHugePage},
};

} // namespace

SysResult Mappings::adviseFlags(MmId mm, const Vma &vma, Address start, Address end, Advice advice) {
  const auto *row = std::ranges::find(flagAdvices, advice, &FlagAdvice::advice);
  if (row == std::end(flagAdvices) || (advice == Advice::WipeOnFork && (vma.file || vma.flags & VmShared)))
    return -EINVAL;
  const uint64_t flags = (vma.flags & ~row->clear) | row->set;
  if (flags == vma.flags)
    return 0;
  return merger.modify(mm, vma, start, end, flags).error ? -EAGAIN : 0;
}

/// Anonymous memory: what is on swap comes back, into the swap cache; entries stay.
void Mappings::adviseWillNeed(MmId mm, const Vma &vma, Address start, Address end) {
  if (vma.file) {
    for (Address at = start; at < end; at += pageSize)
      if (cache.swappedAt(vma.file, vma.pageOffsetOf(at)))
        cache.fetch(vma.file, vma.pageOffsetOf(at));
    return;
  }
  for (auto at = parts.nextEntry(mm, start, end); at; at = parts.nextEntry(mm, *at + pageSize, end))
    if (const uint64_t entry = parts.pte(mm, *at); pteIsSwap(entry))
      faults.readSwapAhead(slotOfEntry(entry));
}

void Mappings::adviseFree(MmId mm, Address start, Address end) {
  for (auto at = parts.nextEntry(mm, start, end); at; at = parts.nextEntry(mm, *at + pageSize, end)) {
    const uint64_t entry = parts.pte(mm, *at);
    if (pteIsSwap(entry)) {
      parts.clearPte(mm, *at);
      continue;
    }
    const Pfn page = pfnOfEntry(entry);
    if (page == parts.zeroPage || parts.kernel.memory.page(page).mapCount != 0 || parts.hasFlag(page, PageSwapCache))
      continue;
    parts.setPte(mm, *at, entry & ~uint64_t(PteAccessed | PteDirty));
    parts.clearFlag(page, PageSwapBacked); // folio_mark_lazyfree()
    parts.now.lists.move(page, PageList::InactiveFile);
  }
}

void Mappings::adviseCold(MmId mm, Address start, Address end) {
  for (auto at = parts.nextEntry(mm, start, end); at; at = parts.nextEntry(mm, *at + pageSize, end)) {
    const uint64_t entry = parts.pte(mm, *at);
    const Pfn page = pfnOfEntry(entry);
    if (pteIsSwap(entry) || page == parts.zeroPage || parts.kernel.memory.page(page).mapCount != 0)
      continue;
    parts.setPte(mm, *at, entry & ~uint64_t(PteAccessed));
    parts.clearFlag(page, PageReferenced);
    const PageList list = parts.now.lists.listOf(page);
    if (list == PageList::ActiveAnon)
      parts.now.lists.move(page, PageList::InactiveAnon);
    if (list == PageList::ActiveFile)
      parts.now.lists.move(page, PageList::InactiveFile);
  }
}

/// MADV_REMOVE: a hole in a shared file, for everybody.
SysResult Mappings::adviseRemove(const Vma &vma, Address start, Address end) {
  if (vma.flags & VmLocked || !vma.file)
    return -EINVAL;
  if (!vma.is(VmShared | VmMayShare | VmWrite))
    return -EACCES;
  const uint64_t first = vma.pageOffsetOf(start), last = vma.pageOffsetOf(end - pageSize);
  for (uint64_t index : cache.cachedIndices(vma.file, first, last))
    if (const Pfn page = cache.lookup(vma.file, index))
      reclaim.unmapFilePage(page);
  cache.punch(vma.file, first, last);
  return 0;
}

} // namespace kmem::sim
