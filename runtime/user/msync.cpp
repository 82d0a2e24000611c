// msync, mincore, and files that are written back or cut short (mm/msync.c, mm/mincore.c, mm/truncate.c).
#include "runtime/user/mappings.h"

#include <algorithm>
#include <cerrno>

namespace kmem::sim {

SysResult Mappings::forEachPart(MmId mm, Address start, Address end,
                                const std::function<SysResult(const Vma &, Address, Address)> &visit) {
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
    if (const SysResult error = visit(*vma, at, partEnd))
      return error;
    at = partEnd;
  }
  return result;
}

SysResult Mappings::msync(MmId mm, Address start, uint64_t length, uint32_t flags) {
  if (flags & ~uint32_t(MsAsync | MsInvalidate | MsSync) || start & ~pageMask || (flags & MsAsync && flags & MsSync))
    return -EINVAL;
  length = (length + pageSize - 1) & pageMask;
  const Address end = start + length;
  if (end < start)
    return -ENOMEM;
  return forEachPart(mm, start, end, [&](const Vma &vma, Address from, Address to) -> SysResult {
    if (flags & MsInvalidate && vma.flags & VmLocked)
      return -EBUSY;
    if (flags & MsSync && vma.file && vma.flags & VmShared)
      writeBack(vma.file, vma.pageOffsetOf(from), vma.pageOffsetOf(to - pageSize));
    return 0;
  });
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
