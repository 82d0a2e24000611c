// One chunk: which places of it are free, kept as runs, and where allocations begin and end.
#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/percpu.h"
#include "runtime/alloc/vmalloc.h"

#include <algorithm>

namespace kmem::sim {

namespace {

constexpr uint64_t minimumSize = 4; // PCPU_MIN_ALLOC_SIZE
constexpr uint32_t bitsPerPage = pageSize / minimumSize;
constexpr uint64_t chunkStructSize = 200, blockStructSize = 32, extensionSize = 8;

uint64_t keyOf(uint32_t chunk, uint32_t bit) { return uint64_t(chunk) << 32 | bit; }
uint64_t alignUp(uint64_t value, uint64_t align) { return (value + align - 1) & ~(align - 1); }

} // namespace

Percpu::ChunkId Percpu::addChunk(Address base, uint32_t pageCount, uint32_t begin, uint32_t end, bool immutable) {
  const ChunkId id = now.chunks.allocate();
  Chunk &chunk = now.chunks.write(id);
  chunk.base = base;
  chunk.pages = pageCount;
  chunk.begin = begin;
  chunk.end = end;
  chunk.longest = end - begin;
  chunk.freeBytes = uint64_t(end - begin) * minimumSize;
  chunk.immutable = immutable;
  now.runs.set(keyOf(id, begin), {end - begin});
  now.bounds.set(keyOf(id, begin), 0);
  now.bounds.set(keyOf(id, end), 0);
  return id;
}

/// pcpu_create_chunk(): its metadata is vmalloc memory above a page, its units are addresses without pages.
Percpu::ChunkId Percpu::createChunk(Gfp gfp) {
  const uint64_t unitPages = sizes.unitSize >> pageShift, bits = sizes.unitSize / minimumSize;
  const uint64_t bytes[] = {chunkStructSize + unitPages / 8, bits / 8, bits / 8 + 8, unitPages * blockStructSize,
                            kernel.profile.memcg ? bits * extensionSize : 0};
  Address metadata[std::size(bytes)] = {};
  bool complete = true;
  for (size_t i = 0; i < std::size(bytes) && complete; ++i)
    if (bytes[i]) {
      const Gfp zeroed = gfp | kernel.profile.gfp.zero;
      metadata[i] = bytes[i] <= pageSize ? kmalloc.kmalloc(bytes[i], zeroed) : vmalloc.allocate(bytes[i], zeroed);
      complete = metadata[i] != 0;
    }
  const Address base = complete ? vmalloc.getPercpuArea(sizes.chunkSize, percpuAtomSize) : 0;
  if (!base) {
    for (const Address part : metadata)
      isVmallocAddress(part) ? vmalloc.vfree(part) : kmalloc.kfree(part);
    return 0;
  }
  const ChunkId id = addChunk(base, unitPages, 0, bits, false);
  std::copy(std::begin(metadata), std::end(metadata), now.chunks.write(id).metadata);
  insert(id, slotOf(id), true);
  return id;
}

void Percpu::destroyChunk(ChunkId id) {
  const Chunk chunk = now.chunks[id];
  for (auto run = now.runs.atOrAbove(keyOf(id, 0)); run && run->key >> 32 == id; run = now.runs.atOrAbove(run->key))
    now.runs.erase(run->key);
  for (auto bound = now.bounds.atOrAbove(keyOf(id, 0)); bound && bound->key >> 32 == id;
       bound = now.bounds.atOrAbove(bound->key))
    now.bounds.erase(bound->key);
  now.chunks.free(id);
  vmalloc.freeVmArea(chunk.base);
  for (const Address part : chunk.metadata)
    isVmallocAddress(part) ? vmalloc.vfree(part) : kmalloc.kfree(part);
}

/// The lowest place with `bits` free ones; on pages that are there, when asked.
std::optional<uint32_t> Percpu::findFit(ChunkId id, uint32_t bits, uint32_t align, bool populatedOnly) const {
  for (uint64_t from = keyOf(id, 0);;) {
    const auto run = now.runs.findFirst(
        [&](const Longest &below) { return below.bits >= bits && below.last >= from && below.first >> 32 <= id; },
        [&](uint64_t key, const Run &candidate) { return key >= from && key >> 32 == id && candidate.bits >= bits; });
    if (!run)
      return std::nullopt;
    const uint32_t start = uint32_t(run->key), end = start + run->value.bits;
    for (uint32_t bit = alignUp(start, align); bit + bits <= end;) {
      uint32_t page = bit / bitsPerPage;
      const uint32_t pastEnd = (bit + bits - 1) / bitsPerPage + 1;
      while (page < pastEnd && (!populatedOnly || isPopulated(id, page)))
        ++page;
      if (page == pastEnd)
        return bit;
      while (page < now.chunks[id].pages && !isPopulated(id, page))
        ++page;
      bit = alignUp(page * bitsPerPage, align);
    }
    from = run->key + 1;
  }
}

/// pcpu_alloc_area() after it found `bit`.
void Percpu::occupy(ChunkId id, uint32_t bit, uint32_t bits) {
  countEmpty(id, -emptyPagesIn(id, bit, bits));
  const auto run = now.runs.atOrBelow(keyOf(id, bit));
  const uint32_t start = uint32_t(run->key), end = start + run->value.bits;
  const bool wasLongest = run->value.bits == now.chunks[id].longest;
  now.runs.erase(run->key);
  if (start < bit)
    now.runs.set(keyOf(id, start), {bit - start});
  if (bit + bits < end)
    now.runs.set(keyOf(id, bit + bits), {end - bit - bits});
  for (auto bound = now.bounds.atOrAbove(keyOf(id, bit + 1)); bound && bound->key < keyOf(id, bit + bits);
       bound = now.bounds.atOrAbove(bound->key))
    now.bounds.erase(bound->key);
  now.bounds.set(keyOf(id, bit), 0);
  now.bounds.set(keyOf(id, bit + bits), 0);
  now.chunks.write(id).freeBytes -= bits * minimumSize;
  if (wasLongest)
    updateLongest(id);
}

/// pcpu_free_area(): up to the next bound, whatever is there. A place freed twice is counted twice, as in the kernel.
uint64_t Percpu::release(ChunkId id, uint32_t bit) {
  const auto bound = now.bounds.atOrAbove(keyOf(id, bit + 1));
  const uint32_t end = bound && bound->key >> 32 == id ? uint32_t(bound->key) : now.chunks[id].end;
  uint32_t first = bit, last = end;
  int emptyBefore = emptyPagesIn(id, bit, end - bit);
  if (const auto left = now.runs.atOrBelow(keyOf(id, bit));
      left && left->key >> 32 == id && uint32_t(left->key) + left->value.bits >= bit)
    first = uint32_t(left->key);
  for (auto run = now.runs.atOrAbove(keyOf(id, first)); run && run->key <= keyOf(id, end);
       run = now.runs.atOrAbove(run->key)) {
    last = std::max(last, uint32_t(run->key) + run->value.bits);
    now.runs.erase(run->key);
  }
  now.runs.set(keyOf(id, first), {last - first});
  Chunk &chunk = now.chunks.write(id);
  chunk.freeBytes += (end - bit) * minimumSize;
  chunk.longest = std::max(chunk.longest, last - first);
  countEmpty(id, emptyPagesIn(id, bit, end - bit) - emptyBefore);
  return (end - bit) * minimumSize;
}

bool Percpu::hasRun(ChunkId id, uint32_t bits) const {
  return now.runs
      .findFirst(
          [&](const Longest &below) { return below.bits >= bits && below.last >> 32 >= id && below.first >> 32 <= id; },
          [&](uint64_t key, const Run &run) { return key >> 32 == id && run.bits >= bits; })
      .has_value();
}

void Percpu::updateLongest(ChunkId id) {
  uint32_t low = 0, high = now.chunks[id].longest;
  while (low < high) {
    const uint32_t middle = low + (high - low + 1) / 2;
    if (hasRun(id, middle))
      low = middle;
    else
      high = middle - 1;
  }
  now.chunks.write(id).longest = low;
}

bool Percpu::isPageFree(ChunkId id, uint32_t page) const {
  const auto run = now.runs.atOrBelow(keyOf(id, page * bitsPerPage));
  return run && run->key >> 32 == id && uint32_t(run->key) + run->value.bits >= (page + 1) * bitsPerPage;
}

/// Pages that hold some of these bits and nothing else.
int Percpu::emptyPagesIn(ChunkId id, uint32_t firstBit, uint32_t bits) const {
  int count = 0;
  for (uint32_t page = firstBit / bitsPerPage; page <= (firstBit + bits - 1) / bitsPerPage; ++page)
    count += isPageFree(id, page);
  return count;
}

/// pcpu_update_empty_pages(). Pages that are not there yet are counted, too, until markPopulated() adds them back.
void Percpu::countEmpty(ChunkId id, int pageCount) {
  now.chunks.write(id).emptyPopulated += pageCount;
  if (id != now.reservedChunk && !now.chunks[id].isolated)
    now.emptyPopulated += pageCount;
}

} // namespace kmem::sim
