// madvise, msync, mincore, and writing files back (mm/madvise.c, mm/msync.c, mm/mincore.c).
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
  // Holes are skipped, and reported when all is done (madvise_walk_vmas).
  SysResult result = 0;
  for (Address at = start; at < end;) {
    const auto vma = parts.now.vmas.from(mm, at);
    if (!vma)
      return -ENOMEM;
    if (at < vma->start) {
      result = -ENOMEM;
      at = vma->start;
      continue;
    }
    const Address partEnd = std::min(vma->end, end);
    if (const SysResult error = advise(mm, *vma, at, partEnd, advice))
      return error;
    at = partEnd;
  }
  return result;
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

SysResult Mappings::adviseFlags(MmId mm, const Vma &vma, Address start, Address end, Advice advice) {
  uint64_t set = 0, clear = 0;
  switch (advice) {
  case Advice::Normal:
    clear = VmRandomRead | VmSequentialRead;
    break;
  case Advice::Sequential:
    set = VmSequentialRead, clear = VmRandomRead;
    break;
  case Advice::Random:
    set = VmRandomRead, clear = VmSequentialRead;
    break;
  case Advice::DontFork:
    set = VmDontCopy;
    break;
  case Advice::DoFork:
    clear = VmDontCopy;
    break;
  case Advice::WipeOnFork:
    if (vma.file || vma.flags & VmShared)
      return -EINVAL;
    set = VmWipeOnFork;
    break;
  case Advice::KeepOnFork:
    clear = VmWipeOnFork;
    break;
  case Advice::DontDump:
    set = VmDontDump;
    break;
  case Advice::DoDump:
    clear = VmDontDump;
    break;
  case Advice::HugePage:
    set = VmHugePage, clear = VmNoHugePage;
    break;
  case Advice::NoHugePage:
    set = VmNoHugePage, clear = VmHugePage;
    break;
  default:
    return -EINVAL;
  }
  const uint64_t flags = (vma.flags & ~clear) | set;
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

SysResult Mappings::msync(MmId mm, Address start, uint64_t length, uint32_t flags) {
  if (flags & ~uint32_t(MsAsync | MsInvalidate | MsSync) || start & ~pageMask || (flags & MsAsync && flags & MsSync))
    return -EINVAL;
  length = (length + pageSize - 1) & pageMask;
  const Address end = start + length;
  if (end < start)
    return -ENOMEM;
  SysResult result = 0;
  for (Address at = start; at < end;) {
    const auto vma = parts.now.vmas.from(mm, at);
    if (!vma)
      return -ENOMEM;
    if (at < vma->start) {
      result = -ENOMEM;
      at = vma->start;
      continue;
    }
    if (flags & MsInvalidate && vma->flags & VmLocked)
      return -EBUSY;
    const Address partEnd = std::min(end, vma->end);
    if (flags & MsSync && vma->file && vma->flags & VmShared)
      writeBack(vma->file, vma->pageOffsetOf(at), vma->pageOffsetOf(partEnd - pageSize));
    at = partEnd;
  }
  return result;
}

uint64_t Mappings::writeBack(FileId file, uint64_t firstPage, uint64_t lastPage) {
  uint64_t written = 0;
  if (cache[file].isShmem)
    return written;
  for (uint64_t index : cache.cachedIndices(file, firstPage, lastPage))
    if (const Pfn page = cache.lookup(file, index))
      written += reclaim.writeBack(page);
  return written;
}

SysResult Mappings::truncate(FileId file, uint64_t bytes) {
  if (!cache.exists(file))
    return -EBADF;
  const uint64_t keep = (bytes + pageSize - 1) >> pageShift;
  for (uint64_t index : cache.cachedIndices(file, keep))
    if (const Pfn page = cache.lookup(file, index))
      reclaim.unmapFilePage(page);
  unmapCopiesBeyond(file, keep);
  cache.resize(file, bytes);
  return 0;
}

/// unmap_mapping_range(even_cows): private copies beyond the end go, too.
void Mappings::unmapCopiesBeyond(FileId file, uint64_t firstPage) {
  for (MmId mm = 1; mm <= parts.now.lastSpace; ++mm) {
    if (!parts.mmOf(mm).table)
      continue;
    for (const Vma &vma : parts.now.vmas.all(mm))
      if (vma.file == file && vma.offset + vma.pages() > firstPage)
        zap(mm, vma.addressOf(std::max(vma.offset, firstPage)), vma.end);
  }
}

SysResult Mappings::mincore(MmId mm, Address start, uint64_t length, std::vector<uint8_t> &resident) {
  resident.clear();
  if (start & ~pageMask)
    return -EINVAL;
  if (start > userEnd || length > userEnd - start)
    return -ENOMEM;
  const Address end = start + ((length + pageSize - 1) & pageMask);
  for (Address at = start; at < end; at += pageSize) {
    const auto vma = parts.now.vmas.at(mm, at);
    if (!vma)
      return -ENOMEM;
    const uint64_t entry = parts.pte(mm, at);
    bool present = pteIsMapped(entry);
    if (!entry && vma->file)
      present = cache.lookup(vma->file, vma->pageOffsetOf(at));
    else if (pteIsSwap(entry))
      present = parts.now.swap.cachedPage(slotOfEntry(entry));
    resident.push_back(present);
  }
  return 0;
}

} // namespace kmem::sim
