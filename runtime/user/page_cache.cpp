#include "runtime/user/page_cache.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kmem::sim {

// Files

FileId PageCache::create(std::string_view name, uint64_t bytes) {
  if (name.empty() || name.size() > maxFileName || find(name))
    return 0;
  const FileId file = current.files.allocate();
  current.lastFile = std::max(current.lastFile, file);
  File &added = current.files.write(file);
  name.copy(added.name, maxFileName);
  added.size = bytes;
  added.references = 1;
  added.readahead.pages = readaheadPages;
  added.readahead.previousPosition = ~uint64_t(0);
  return file;
}

FileId PageCache::createSharedMemory(uint64_t bytes, uint64_t committedPages) {
  const FileId file = current.files.allocate();
  current.lastFile = std::max(current.lastFile, file);
  File &added = current.files.write(file);
  std::string_view("dev/zero").copy(added.name, maxFileName);
  added.size = bytes;
  added.isShmem = true;
  added.committedPages = committedPages;
  return file;
}

FileId PageCache::find(std::string_view name) const {
  for (FileId file = 1; file <= current.lastFile; ++file)
    if (exists(file) && !(*this)[file].isShmem && name == (*this)[file].name)
      return file;
  return 0;
}

uint64_t PageCache::dropMapped(FileId file, uint64_t pages) {
  File &of = current.files.write(file);
  assert(of.references >= pages);
  of.references -= pages;
  if (of.references > 0)
    return 0;
  const uint64_t committed = of.committedPages;
  resize(file, 0);
  current.files.free(file);
  return committed;
}

void PageCache::remove(FileId file) {
  current.files.write(file).name[0] = 0;
  dropMapped(file, 1);
}

void PageCache::fillDevice(FileId file, uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const uint64_t within = offset & ~pageMask, count = std::min(bytes.size(), size_t(pageSize - within));
    std::memcpy(current.device.write(key(file, offset >> pageShift)).bytes + within, bytes.data(), count);
    bytes = bytes.subspan(count);
    offset += count;
  }
}

// Cached pages

Pfn PageCache::lookup(FileId file, uint64_t index) const {
  const Cached *cached = current.cached.find(key(file, index));
  return cached ? cached->page : 0;
}

SwapSlot PageCache::swappedAt(FileId file, uint64_t index) const {
  const Cached *cached = current.cached.find(key(file, index));
  return cached ? cached->slot : 0;
}

bool PageCache::add(FileId file, uint64_t index, Pfn page) {
  const bool shmem = (*this)[file].isShmem;
  Page &state = parts.kernel.memory.pageForWrite(page);
  state.memory.mapping = file;
  state.memory.index = index;
  if (shmem)
    state.pageFlags |= PageSwapBacked;
  current.cached.set(key(file, index), {uint32_t(page), 0});
  parts.now.lists.add(page, shmem ? PageList::InactiveAnon : PageList::InactiveFile);
  ++current.files.write(file).cachedPages;
  return true;
}

std::optional<Pfn> PageCache::load(FileId file, uint64_t index, Gfp modifiers) {
  const SwapSlot slot = swappedAt(file, index);
  const std::optional<Pfn> page = parts.allocatePage(PageOwner::PageCache, (*this)[file].isShmem && !slot, modifiers);
  if (!page)
    return page;
  if (slot) {
    std::memcpy(parts.kernel.memory.frameForWrite(*page), parts.now.swap.contents(slot), pageSize);
    parts.now.swap.put(slot);
    ++parts.now.events.swapIns;
  } else if (!(*this)[file].isShmem) {
    std::memcpy(parts.kernel.memory.frameForWrite(*page), devicePage(file, index), pageSize);
    ++parts.now.events.readPages;
  }
  add(file, index, *page);
  if (slot)
    parts.setFlag(*page, PageDirty);
  return page;
}

std::optional<Pfn> PageCache::fetch(FileId file, uint64_t index) {
  if (const Pfn page = lookup(file, index))
    return page;
  return load(file, index, 0);
}

void PageCache::evict(Pfn page, SwapSlot slot) {
  const Page state = parts.kernel.memory.page(page);
  assert(state.mapCount == -1 && "a mapped page stays");
  const uint64_t at = key(fileOf(state), state.memory.index);
  if (slot)
    current.cached.set(at, {0, slot});
  else
    current.cached.erase(at);
  --current.files.write(fileOf(state)).cachedPages;
  parts.putPage(page);
}

void PageCache::forget(FileId file, uint64_t index, const Cached &cached) {
  if (cached.page) {
    parts.clearFlag(cached.page, PageDirty);
    evict(cached.page);
    return;
  }
  parts.now.swap.put(cached.slot);
  current.cached.erase(key(file, index));
}

std::vector<uint64_t> PageCache::cachedIndices(FileId file, uint64_t first, uint64_t last) const {
  std::vector<uint64_t> indices;
  const uint64_t end = key(file, std::min(last, (uint64_t(1) << indexBits) - 1));
  for (auto at = current.cached.atOrAbove(key(file, first)); at && at->key <= end;
       at = current.cached.atOrAbove(at->key + 1))
    indices.push_back(at->key - key(file, 0));
  return indices;
}

void PageCache::writePage(Pfn page) {
  const Page &state = parts.kernel.memory.page(page);
  const uint64_t at = key(fileOf(state), state.memory.index);
  std::memcpy(current.device.write(at).bytes, parts.kernel.memory.frame(page), pageSize);
  parts.clearFlag(page, PageDirty);
  ++parts.now.events.writtenPages;
}

void PageCache::punch(FileId file, uint64_t first, uint64_t last) {
  for (uint64_t index : cachedIndices(file, first, last)) {
    const Cached cached = *current.cached.find(key(file, index));
    forget(file, index, cached);
  }
  if ((*this)[file].isShmem)
    return;
  for (uint64_t index = first; index <= last; ++index)
    if (current.device.isBacked(key(file, index)))
      current.device.drop(key(file, index));
}

void PageCache::resize(FileId file, uint64_t bytes) {
  const uint64_t keep = (bytes + pageSize - 1) >> pageShift;
  const uint64_t oldPages = pagesOf(file);
  punch(file, keep, std::max(oldPages, keep));
  const uint64_t within = bytes & ~pageMask;
  const bool shrinks = bytes < (*this)[file].size;
  if (const Pfn page = within && shrinks ? lookup(file, bytes >> pageShift) : 0) {
    std::memset(parts.kernel.memory.frameForWrite(page) + within, 0, pageSize - within);
    parts.setFlag(page, PageDirty);
  }
  current.files.write(file).size = bytes;
}

// read(2) and write(2)

SysResult PageCache::read(FileId file, uint64_t offset, std::span<std::byte> to) {
  const uint64_t size = (*this)[file].size;
  const uint64_t end = offset >= size ? offset : std::min(size, offset + to.size());
  const uint64_t lastIndex = (end + pageSize - 1) >> pageShift;
  uint64_t done = 0;
  while (offset < end) {
    const uint64_t index = offset >> pageShift, within = offset & ~pageMask;
    if (!lookup(file, index))
      readaheadSync(file, index, lastIndex - index);
    const std::optional<Pfn> page = fetch(file, index);
    if (!page)
      return done ? SysResult(done) : -ENOMEM;
    parts.pages.getPage(*page); // reading ahead may reclaim
    if (parts.hasFlag(*page, PageReadahead))
      readaheadAsync(file, *page, index, lastIndex - index);
    const uint64_t count = std::min(end - offset, pageSize - within);
    std::memcpy(to.data() + done, parts.kernel.memory.frame(*page) + within, count);
    if (readaheadOf(file).previousPosition >> pageShift != index || within == 0)
      parts.markAccessed(*page);
    parts.putPage(*page);
    offset += count;
    done += count;
    readaheadOf(file).previousPosition = offset;
  }
  return SysResult(done);
}

SysResult PageCache::write(FileId file, uint64_t offset, std::span<const std::byte> from) {
  uint64_t done = 0;
  while (done < from.size()) {
    const uint64_t index = offset >> pageShift, within = offset & ~pageMask;
    const uint64_t count = std::min(from.size() - done, size_t(pageSize - within));
    const std::optional<Pfn> page = fetch(file, index);
    if (!page)
      return done ? SysResult(done) : -ENOMEM;
    std::memcpy(parts.kernel.memory.frameForWrite(*page) + within, from.data() + done, count);
    parts.setFlag(*page, PageDirty);
    parts.markAccessed(*page);
    offset += count;
    done += count;
    if (offset > (*this)[file].size)
      current.files.write(file).size = offset;
  }
  return SysResult(done);
}

} // namespace kmem::sim
