// The pages behind a chunk's addresses.
#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/percpu.h"
#include "runtime/alloc/vmalloc.h"

namespace kmem::sim {

namespace {

constexpr unsigned wordsPerChunk = 16; // bits for 1024 pages; a unit has at most 512

} // namespace

bool Percpu::isPopulated(ChunkId chunk, uint32_t page) const {
  return now.chunks[chunk].immutable || now.populated[chunk * wordsPerChunk + page / 64] >> (page % 64) & 1;
}

void Percpu::markPopulated(ChunkId chunk, uint32_t begin, uint32_t end, bool present) {
  for (uint32_t page = begin; page < end; ++page) {
    uint64_t &word = now.populated.write(chunk * wordsPerChunk + page / 64);
    const uint64_t bit = uint64_t(1) << (page % 64);
    word = present ? word | bit : word & ~bit;
  }
  const int count = present ? int(end - begin) : -int(end - begin);
  now.chunks.write(chunk).populated += count;
  now.populatedPages += count;
  countEmpty(chunk, count);
}

/// pcpu_populate_chunk(): pages for every CPU, or none.
bool Percpu::populate(ChunkId chunk, uint32_t begin, uint32_t end, Gfp gfp) {
  const uint64_t unitPages = sizes.unitSize >> pageShift;
  if (!now.pageArray) {
    const uint64_t bytes = sizes.chunkSize / sizes.unitSize * unitPages * sizeof(Address);
    const Gfp zeroed = kernel.profile.gfp.kernel() | kernel.profile.gfp.zero;
    now.pageArray = bytes <= pageSize ? kmalloc.kmalloc(bytes, zeroed) : vmalloc.allocate(bytes, zeroed);
    if (!now.pageArray)
      return false;
  }
  std::vector<Pfn> taken;
  const unsigned perCpu = end - begin;
  while (taken.size() < size_t(perCpu) * kernel.profile.cpus) {
    const auto page = pages.allocate(gfp | kernel.profile.gfp.highmem, 0);
    if (!page)
      break;
    taken.push_back(*page);
  }
  bool complete = taken.size() == size_t(perCpu) * kernel.profile.cpus;
  unsigned mapped = 0;
  for (; complete && mapped < kernel.profile.cpus; ++mapped) {
    const Address start = now.chunks[chunk].base + mapped * sizes.unitSize + (uint64_t(begin) << pageShift);
    complete = vmalloc.mapFrames(start, std::span(taken).subspan(mapped * perCpu, perCpu), pageKernel) == 0;
  }
  if (complete) {
    for (const Pfn page : taken)
      kernel.memory.pageForWrite(page).memory.index = chunk;
    return true;
  }
  for (unsigned cpu = 0; cpu < mapped; ++cpu)
    vmalloc.unmapRange(now.chunks[chunk].base + cpu * sizes.unitSize + (uint64_t(begin) << pageShift),
                       uint64_t(perCpu) << pageShift);
  for (const Pfn page : taken)
    pages.free(page, 0);
  return false;
}

void Percpu::depopulate(ChunkId chunk, uint32_t begin, uint32_t end) {
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    for (uint32_t page = begin; page < end; ++page) {
      const Address at = now.chunks[chunk].base + cpu * sizes.unitSize + (uint64_t(page) << pageShift);
      const auto frame = vmalloc.toPage(at);
      vmalloc.unmapRange(at, pageSize);
      if (frame)
        pages.free(*frame, 0);
    }
}

} // namespace kmem::sim
