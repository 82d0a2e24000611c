// free() and _int_free(): thread cache, fast bins, merging with neighbours; malloc_consolidate().
#include "runtime/user/ptmalloc.h"

namespace kmem::sim {

namespace {
constexpr uint64_t consolidationThreshold = 65536;           // FASTBIN_CONSOLIDATION_THRESHOLD
constexpr uint64_t maxDynamicThreshold = uint64_t(32) << 20; // DEFAULT_MMAP_THRESHOLD_MAX
} // namespace

void Ptmalloc::free(Address memory) {
  if (!memory)
    return;
  initialise();
  const Chunk chunk = chunkOf(memory);
  if (!isMmapped(chunk)) {
    initialiseTcache();
    release(chunk, false);
    return;
  }
  // Freeing what was mapped says that this size comes and goes: from now on it is taken from the heap.
  if (!field(noDynamicThreshold) && head(chunk) > field(mmapThreshold) && head(chunk) <= maxDynamicThreshold) {
    setField(mmapThreshold, sizeOf(chunk));
    setField(trimThreshold, 2 * sizeOf(chunk));
  }
  unmapChunk(chunk);
}

void Ptmalloc::release(Chunk chunk, bool locked) {
  const uint64_t size = sizeOf(chunk);
  require(chunk <= -size && !isMisaligned(chunk), "free(): invalid pointer");
  require(size >= minimumChunk && size % mallocAlignment == 0, "free(): invalid size");
  const uint64_t index = tcacheIndex(size);
  if (field(tcache) && index < tcacheBins) {
    checkTcacheDoubleFree(memoryOf(chunk), index);
    if (tcacheCount(index) < tcacheFill) {
      tcachePut(chunk, index);
      return;
    }
  }
  if (size <= field(maxFast))
    releaseToFastbin(chunk, size, locked);
  else if (!isMmapped(chunk))
    releaseAndMerge(chunk, size);
  else
    unmapChunk(chunk);
}

void Ptmalloc::releaseToFastbin(Chunk chunk, uint64_t size, bool locked) {
  const Chunk next = chunk + size;
  require(head(next) > chunkHeaderBytes && sizeOf(next) < field(systemMemory), "free(): invalid next size (fast)");
  setField(haveFastchunks, 1);
  const unsigned index = fastbinIndex(size);
  const Chunk old = load(fastbinAt(index));
  require(old != chunk, "double free or corruption (fasttop)");
  setForward(chunk, mixed(chunk + 16, old));
  store(fastbinAt(index), chunk);
  require(!locked || !old || fastbinIndex(sizeOf(old)) == index, "invalid fastbin entry (free)");
}

void Ptmalloc::releaseAndMerge(Chunk chunk, uint64_t size) {
  const Chunk next = chunk + size, topChunk = field(top);
  require(chunk != topChunk, "double free or corruption (top)");
  require(field(nonContiguous) || next < topChunk + sizeOf(topChunk), "double free or corruption (out)");
  require(previousInUse(next), "double free or corruption (!prev)");
  const uint64_t nextSize = sizeOf(next);
  require(head(next) > chunkHeaderBytes && nextSize < field(systemMemory), "free(): invalid next size (normal)");
  if (!previousInUse(chunk)) {
    const uint64_t before = previousSize(chunk);
    size += before;
    chunk -= before;
    require(sizeOf(chunk) == before, "corrupted size vs. prev_size while consolidating");
    unlink(chunk);
  }
  if (next != topChunk) {
    if (inUseAt(next, nextSize)) {
      clearInUseAt(next, 0);
    } else {
      unlink(next);
      size += nextSize;
    }
    const Chunk list = unsorted(), first = forward(list);
    require(backward(first) == list, "free(): corrupted unsorted chunks");
    setForward(chunk, first);
    setBackward(chunk, list);
    forgetSizeLinks(chunk, size);
    setForward(list, chunk);
    setBackward(first, chunk);
    setHead(chunk, size | previousInUseBit);
    setFoot(chunk, size);
  } else {
    size += nextSize;
    setHead(chunk, size | previousInUseBit);
    setField(top, chunk);
  }
  if (size < consolidationThreshold)
    return;
  if (field(haveFastchunks))
    consolidate();
  if (sizeOf(field(top)) >= field(trimThreshold))
    trimTop(field(topPad));
}

void Ptmalloc::unlink(Chunk chunk) {
  require(sizeOf(chunk) == previousSize(chunk + sizeOf(chunk)), "corrupted size vs. prev_size");
  const Chunk after = forward(chunk), before = backward(chunk);
  require(backward(after) == chunk && forward(before) == chunk, "corrupted double-linked list");
  setBackward(after, before);
  setForward(before, after);
  if (isSmall(head(chunk)) || !forwardSize(chunk))
    return;
  const Chunk smaller = forwardSize(chunk), larger = backwardSize(chunk);
  require(backwardSize(smaller) == chunk && forwardSize(larger) == chunk, "corrupted double-linked list (not small)");
  if (forwardSize(after)) {
    setBackwardSize(smaller, larger);
    setForwardSize(larger, smaller);
  } else if (smaller == chunk) {
    setForwardSize(after, after);
    setBackwardSize(after, after);
  } else {
    // The next of the same size takes its place in the list of sizes.
    setForwardSize(after, smaller);
    setBackwardSize(after, larger);
    setBackwardSize(smaller, after);
    setForwardSize(larger, after);
  }
}

void Ptmalloc::consolidate() {
  setField(haveFastchunks, 0);
  for (unsigned index = 0; index < fastbinCount; ++index) {
    Chunk chunk = load(fastbinAt(index));
    store(fastbinAt(index), 0);
    while (chunk) {
      require(!isMisaligned(chunk), "malloc_consolidate(): unaligned fastbin chunk detected");
      require(fastbinIndex(sizeOf(chunk)) == index, "malloc_consolidate(): invalid chunk size");
      const Chunk next = mixed(chunk + 16, forward(chunk));
      consolidateOne(chunk);
      chunk = next;
    }
  }
}

void Ptmalloc::consolidateOne(Chunk chunk) {
  uint64_t size = sizeOf(chunk);
  const Chunk next = chunk + size;
  const uint64_t nextSize = sizeOf(next);
  if (!previousInUse(chunk)) {
    const uint64_t before = previousSize(chunk);
    size += before;
    chunk -= before;
    require(sizeOf(chunk) == before, "corrupted size vs. prev_size in fastbins");
    unlink(chunk);
  }
  if (next == field(top)) {
    setHead(chunk, (size + nextSize) | previousInUseBit);
    setField(top, chunk);
    return;
  }
  if (inUseAt(next, nextSize)) {
    clearInUseAt(next, 0);
  } else {
    size += nextSize;
    unlink(next);
  }
  const Chunk list = unsorted(), first = forward(list);
  setForward(list, chunk);
  setBackward(first, chunk);
  forgetSizeLinks(chunk, size);
  setHead(chunk, size | previousInUseBit);
  setBackward(chunk, list);
  setForward(chunk, first);
  setFoot(chunk, size);
}

} // namespace kmem::sim
