// Faults on files and on shared anonymous memory (do_fault in mm/memory.c, filemap_fault in mm/filemap.c): the page
// comes from the cache, read ahead when it is not there; cached neighbours are mapped along.
#include "runtime/user/faults.h"

#include <algorithm>

namespace kmem::sim {

namespace {
constexpr uint64_t faultAroundPages = 16; // fault_around_pages: 64 KiB
constexpr uint32_t tooManyMisses = 100;   // MMAP_LOTSAMISS
} // namespace

FaultResult Faults::fileFault(Fault &fault) {
  if (!fault.write && mapAround(fault))
    return {FaultKind::FileRead};
  if (fault.write && !(fault.vma.flags & VmShared))
    prepareAnon(fault);
  if (fault.vma.pageOffsetOf(fault.address) >= cache.pagesOf(fault.vma.file))
    return {FaultKind::Failed, Signal::Bus, busAddressError, false};
  bool major = false;
  const auto page = filePage(fault, major);
  if (!page)
    return outOfMemory();
  if (!fault.write)
    return readFault(fault, *page, major);
  return fault.vma.flags & VmShared ? sharedFault(fault, *page, major) : copyFault(fault, *page, major);
}

/// filemap_fault(), shmem_fault(): the cached page; `major` when a device had to be waited for.
std::optional<Pfn> Faults::filePage(Fault &fault, bool &major) {
  const FileId file = fault.vma.file;
  const uint64_t index = fault.vma.pageOffsetOf(fault.address);
  if (cache[file].isShmem) {
    major = cache.swappedAt(file, index) != 0;
    return cache.fetch(file, index);
  }
  const Pfn cached = cache.lookup(file, index);
  if (!cached) {
    major = true;
    readaheadForFault(fault, index);
    return cache.fetch(file, index);
  }
  if (fault.vma.flags & VmRandomRead)
    return cached;
  ReadaheadWindow &window = cache.readaheadOf(file);
  if (window.mmapMisses)
    --window.mmapMisses;
  if (parts.hasFlag(cached, PageReadahead)) {
    // Before per-VMA locks (6.4) the retry after starting the I/O counted as a major fault.
    major = !parts.kernel.profile.release.atLeast(6, 4);
    parts.pages.getPage(cached);
    cache.readaheadAsync(file, cached, index, window.pages);
    parts.putPage(cached);
  }
  return cached;
}

/// do_sync_mmap_readahead()
void Faults::readaheadForFault(const Fault &fault, uint64_t index) {
  const FileId file = fault.vma.file;
  ReadaheadWindow &window = cache.readaheadOf(file);
  if (fault.vma.flags & VmRandomRead || !window.pages)
    return;
  if (fault.vma.flags & VmSequentialRead) {
    cache.readaheadSync(file, index, window.pages);
    return;
  }
  if (window.mmapMisses < tooManyMisses * 10)
    ++window.mmapMisses;
  if (window.mmapMisses > tooManyMisses)
    return;
  window.start = index > window.pages / 2 ? index - window.pages / 2 : 0;
  window.size = window.pages;
  window.asyncSize = window.pages / 4;
  cache.readaheadRange(file, window.start, window.size, window.asyncSize);
}

FaultResult Faults::readFault(Fault &fault, Pfn page, bool major) {
  parts.pages.getPage(page);
  if (!parts.mapPage(fault.mm, fault.address, page, protectionOf(fault.vma, notifiesWrites(fault.vma)))) {
    parts.putPage(page);
    return outOfMemory();
  }
  return {FaultKind::FileRead, Signal::None, 0, major};
}

FaultResult Faults::sharedFault(Fault &fault, Pfn page, bool major) {
  parts.pages.getPage(page);
  const uint64_t flags = protectionOf(fault.vma, false) | PteWrite | PteDirty;
  if (!parts.mapPage(fault.mm, fault.address, page, flags)) {
    parts.putPage(page);
    return outOfMemory();
  }
  parts.setFlag(page, PageDirty);
  return {FaultKind::FileWrite, Signal::None, 0, major};
}

FaultResult Faults::copyFault(Fault &fault, Pfn page, bool major) {
  parts.pages.getPage(page); // reclaim must not take it while the copy is allocated
  const auto copy = parts.allocatePage(PageOwner::User, false);
  if (copy)
    parts.copyPage(*copy, page);
  parts.putPage(page);
  if (!copy || !mapAnonymous(fault, *copy))
    return outOfMemory();
  return {FaultKind::FileCopy, Signal::None, 0, major};
}

/// do_fault_around(): maps what is cached of the 16 pages around; true when the wanted page was among them.
bool Faults::mapAround(Fault &fault) {
  const Vma &vma = fault.vma;
  const uint64_t entry = (fault.address >> pageShift) % entriesPerTable;
  const uint64_t inVma = (fault.address - vma.start) >> pageShift;
  const uint64_t from = std::max(entry / faultAroundPages * faultAroundPages, entry - std::min(entry, inVma));
  const uint64_t to = std::min({from + faultAroundPages, uint64_t(entriesPerTable), entry + vma.pages() - inVma});
  const uint64_t fileEnd = cache.pagesOf(vma.file);
  bool found = false;
  for (uint64_t at = from; at < to; ++at) {
    const Address address = fault.address + ((at - entry) << pageShift);
    const uint64_t index = vma.pageOffsetOf(address);
    if (index >= fileEnd)
      break;
    const Pfn page = cache.lookup(vma.file, index);
    if (!page || parts.hasFlag(page, PageReadahead) || parts.pte(fault.mm, address))
      continue;
    Fault neighbour = fault;
    neighbour.address = address;
    if (!readFault(neighbour, page, false).ok())
      break;
    if (uint32_t &misses = cache.readaheadOf(vma.file).mmapMisses; misses)
      --misses;
    found |= address == fault.address;
  }
  return found;
}

} // namespace kmem::sim
