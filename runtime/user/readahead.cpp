// How much of a file is read before it is asked for (mm/readahead.c). A window [start, start + size) with a marked page
// asyncSize before its end; meeting the mark reads the next, larger window.
#include "runtime/user/page_cache.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace {

/// get_init_ra_size()
uint64_t initialSize(uint64_t wanted, uint64_t most) {
  const uint64_t size = std::bit_ceil(std::max<uint64_t>(wanted, 1));
  if (size <= most / 32)
    return size * 4;
  return size <= most / 4 ? size * 2 : most;
}

/// get_next_ra_size()
uint64_t nextSize(uint64_t current, uint64_t most) {
  if (current < most / 16)
    return 4 * current;
  return current <= most / 2 ? 2 * current : most;
}

} // namespace

void PageCache::readaheadRange(FileId file, uint64_t index, uint64_t pages, uint64_t asyncPages) {
  const File &of = (*this)[file];
  if (of.isShmem || index >= pagesOf(file))
    return;
  // The end of the file shortens the window and moves the mark, as the kernel counts it from the end.
  pages = std::min(pages, pagesOf(file) - index);
  const GfpFlags &gfp = parts.kernel.profile.gfp;
  const uint64_t mark = index + pages - asyncPages;
  for (uint64_t at = index; at < index + pages; ++at) {
    if (lookup(file, at))
      continue;
    const std::optional<Pfn> page = load(file, at, gfp.noretry | gfp.nowarn);
    if (!page)
      return;
    if (at == mark)
      parts.setFlag(*page, PageReadahead);
  }
}

void PageCache::readaheadForced(FileId file, uint64_t index, uint64_t pages) {
  // Never more than the window at a time, however much was asked for.
  readaheadRange(file, index, std::min<uint64_t>(pages, std::max(readaheadPages, readaheadOf(file).pages)), 0);
}

uint64_t PageCache::cachedRunBefore(FileId file, uint64_t index, uint64_t limit) const {
  uint64_t run = 0;
  while (run < limit && run < index && lookup(file, index - 1 - run))
    ++run;
  return run;
}

void PageCache::readaheadSync(FileId file, uint64_t index, uint64_t wanted) {
  if ((*this)[file].isShmem)
    return;
  ReadaheadWindow &window = readaheadOf(file);
  const bool older = !parts.kernel.profile.release.atLeast(6, 12);
  const uint64_t most = window.pages;
  if (!most || (*this)[file].isRandom) {
    readaheadForced(file, index, most ? wanted : 1);
    return;
  }
  const uint64_t windowEnd = window.start + window.size;
  const bool follows = older && index && (index == windowEnd || index == windowEnd - window.asyncSize);
  const uint64_t fromPrevious = index - (window.previousPosition >> pageShift);
  if (follows) {
    window.start += window.size;
    window.size = uint32_t(std::max<uint64_t>(window.size, nextSize(window.size, most)));
    window.asyncSize = window.size;
  } else if (!index || wanted > most || fromPrevious <= 1) {
    window.start = index;
    window.size = uint32_t(initialSize(wanted, most));
    window.asyncSize = window.size > wanted ? uint32_t(window.size - wanted) : older ? window.size : window.size / 2;
  } else {
    uint64_t run = cachedRunBefore(file, index, most);
    if (run <= wanted) {
      readaheadRange(file, index, wanted, 0);
      return;
    }
    if (run == index)
      run *= 2; // cached from the beginning: a long stream
    window.start = index;
    window.size = uint32_t(std::min(run + wanted, most));
    window.asyncSize = 1;
  }
  if (older && index == window.start && window.size == window.asyncSize) {
    // 6.1 merges the window that its own mark would start at once.
    const uint64_t more = nextSize(window.size, most);
    const bool fits = window.size + more <= most;
    window.asyncSize = uint32_t(fits ? more : most / 2);
    window.size = uint32_t(fits ? window.size + more : most);
  }
  readaheadRange(file, window.start, window.size, window.asyncSize);
}

void PageCache::readaheadAsync(FileId file, Pfn page, uint64_t index, uint64_t wanted) {
  ReadaheadWindow &window = readaheadOf(file);
  const uint64_t most = window.pages;
  if (!most)
    return;
  parts.clearFlag(page, PageReadahead);
  if (index == uint64_t(window.start) + window.size - window.asyncSize) {
    window.start += window.size;
    window.size = uint32_t(std::max<uint64_t>(window.size, nextSize(window.size, most)));
  } else {
    // A mark of another stream: the window is what lies cached behind it.
    uint64_t start = index + 1;
    while (start - index <= most && lookup(file, start))
      ++start;
    if (start - index > most)
      return;
    window.start = start;
    window.size = uint32_t(nextSize(start - index + wanted, most));
  }
  window.asyncSize = window.size;
  readaheadRange(file, window.start, window.size, window.asyncSize);
}

} // namespace kmem::sim
