// The work item that keeps pages ready for allocations that may not sleep, and gives back what is too much.
#include "runtime/alloc/percpu.h"

#include <algorithm>

namespace kmem::sim {

namespace {

constexpr uint64_t emptyPagesHigh = 4; // PCPU_EMPTY_POP_PAGES_HIGH

} // namespace

void Percpu::balance() {
  const uint32_t before = kernel.context.task().flags & PfMemallocNoio;
  kernel.context.taskForWrite().flags |= PfMemallocNoio;
  {
    LockScope mutex(kernel, KernelLock::PercpuAlloc);
    freeSpareChunks(false);
    reclaimPopulated();
    populateReserve();
    freeSpareChunks(true);
  }
  uint32_t &flags = kernel.context.taskForWrite().flags;
  flags = (flags & ~uint32_t(PfMemallocNoio)) | before;
}

/// pcpu_balance_free(): of the chunks that are all free, one stays.
void Percpu::freeSpareChunks(bool emptyOnly) {
  ChunkId next = now.chunks[now.lists[freeSlot()].first].next;
  while (now.lists[freeSlot()].first && next) {
    const ChunkId chunk = next;
    next = now.chunks[chunk].next;
    if (emptyOnly && now.chunks[chunk].emptyPopulated)
      continue;
    remove(chunk);
    for (uint32_t page = 0; page < now.chunks[chunk].pages; ++page)
      if (isPopulated(chunk, page)) {
        depopulate(chunk, page, page + 1);
        markPopulated(chunk, page, page + 1, false);
      }
    destroyChunk(chunk);
  }
}

/// pcpu_reclaim_populated(): empty pages of chunks that were set aside, from their ends.
void Percpu::reclaimPopulated() {
  while (const ChunkId chunk = now.lists[depopulateSlot()].first) {
    const bool enough = reclaimPagesOf(chunk);
    if (!enough || now.chunks[chunk].freeBytes == sizes.unitSize)
      reintegrate(chunk);
    else
      move(chunk, sidelinedSlot(), false);
  }
}

/// False when the pages are needed where they are.
bool Percpu::reclaimPagesOf(ChunkId chunk) {
  for (uint32_t page = now.chunks[chunk].pages; page-- > 0 && now.chunks[chunk].emptyPopulated;) {
    if (now.emptyPopulated < emptyPagesHigh)
      return false;
    if (!isPageFree(chunk, page) || !isPopulated(chunk, page))
      continue;
    depopulate(chunk, page, page + 1);
    markPopulated(chunk, page, page + 1, false);
  }
  return true;
}

Percpu::ChunkId Percpu::chunkToPopulate(unsigned slot) const {
  for (ChunkId chunk = now.lists[slot].first; chunk; chunk = now.chunks[chunk].next)
    if (now.chunks[chunk].pages != now.chunks[chunk].populated && !now.chunks[chunk].immutable)
      return chunk;
  return 0;
}

/// pcpu_balance_populated(): four empty pages, in the most packed chunks first.
void Percpu::populateReserve() {
  const GfpFlags &flags = kernel.profile.gfp;
  const Gfp gfp = flags.kernel() | flags.noretry | flags.nowarn;
  for (;;) {
    uint64_t wanted = now.atomicFailed ? emptyPagesHigh : emptyPagesHigh - std::min(now.emptyPopulated, emptyPagesHigh);
    now.atomicFailed = false;
    for (unsigned slot = slotOfSize(pageSize); slot <= freeSlot() && wanted; ++slot) {
      const ChunkId chunk = chunkToPopulate(slot);
      for (uint32_t page = 0; chunk && wanted && page < now.chunks[chunk].pages; ++page) {
        if (isPopulated(chunk, page))
          continue;
        if (!populate(chunk, page, page + 1, gfp))
          return;
        markPopulated(chunk, page, page + 1, true);
        --wanted;
      }
    }
    if (!wanted || !createChunk(gfp))
      return;
  }
}

} // namespace kmem::sim
