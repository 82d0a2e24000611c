// _int_malloc(): fast bins, small bins, the unsorted list, large bins, the top.
#include "runtime/user/ptmalloc.h"

namespace kmem::sim {

namespace {
constexpr unsigned maxUnsortedSteps = 10000; // MAX_ITERS
constexpr unsigned binmapBlocks = 4;
} // namespace

unsigned Ptmalloc::binIndex(uint64_t size) {
  if (isSmall(size))
    return unsigned(size >> 4);
  if (size >> 6 <= 48)
    return unsigned(48 + (size >> 6));
  if (size >> 9 <= 20)
    return unsigned(91 + (size >> 9));
  if (size >> 12 <= 10)
    return unsigned(110 + (size >> 12));
  if (size >> 15 <= 4)
    return unsigned(119 + (size >> 15));
  return size >> 18 <= 2 ? unsigned(124 + (size >> 18)) : 126;
}

uint32_t Ptmalloc::binmapWord(unsigned block) {
  return uint32_t(load(arena + binmap + block / 2 * 8) >> (block % 2 * 32));
}

void Ptmalloc::setBinmapWord(unsigned block, uint32_t map) {
  const Address at = arena + binmap + block / 2 * 8;
  const unsigned shift = block % 2 * 32;
  store(at, (load(at) & ~(uint64_t(UINT32_MAX) << shift)) | uint64_t(map) << shift);
}

void Ptmalloc::forgetSizeLinks(Chunk chunk, uint64_t size) {
  if (isSmall(size))
    return;
  setForwardSize(chunk, 0);
  setBackwardSize(chunk, 0);
}

Address Ptmalloc::allocate(uint64_t bytes) {
  const uint64_t size = *chunkSizeFor(bytes);
  if (size <= field(maxFast))
    if (const Address memory = fromFastbin(size))
      return memory;
  if (isSmall(size)) {
    if (const Address memory = fromSmallbin(size))
      return memory;
  } else if (field(haveFastchunks)) {
    consolidate();
  }
  for (;;) {
    bool cached = false;
    if (const Address memory = fromUnsorted(size, cached))
      return memory;
    if (cached)
      return tcacheGet(tcacheIndex(size));
    if (!isSmall(size))
      if (const Address memory = fromLargebin(size))
        return memory;
    if (const Address memory = fromBinmap(size, binIndex(size) + 1))
      return memory;
    if (const Address memory = fromTop(size))
      return memory;
    if (!field(haveFastchunks))
      return growSystem(size);
    consolidate();
  }
}

Address Ptmalloc::fromFastbin(uint64_t size) {
  const unsigned index = fastbinIndex(size);
  const Address bin = fastbinAt(index);
  const Chunk victim = load(bin);
  if (!victim)
    return 0;
  require(!isMisaligned(victim), "malloc(): unaligned fastbin chunk detected 2");
  store(bin, mixed(victim + 16, forward(victim)));
  require(fastbinIndex(sizeOf(victim)) == index, "malloc(): memory corruption (fast)");
  // What else is in the bin moves to the thread cache.
  while (tcacheTakes(size)) {
    const Chunk other = load(bin);
    if (!other)
      break;
    require(!isMisaligned(other), "malloc(): unaligned fastbin chunk detected 3");
    store(bin, mixed(other + 16, forward(other)));
    tcachePut(other, tcacheIndex(size));
  }
  return memoryOf(victim);
}

Address Ptmalloc::fromSmallbin(uint64_t size) {
  const Chunk bin = binAt(binIndex(size)), victim = backward(bin);
  if (victim == bin)
    return 0;
  const Chunk before = backward(victim);
  require(forward(before) == victim, "malloc(): smallbin double linked list corrupted");
  setInUseAt(victim, size);
  setBackward(bin, before);
  setForward(before, bin);
  while (tcacheTakes(size)) {
    const Chunk other = backward(bin);
    if (other == bin)
      break;
    const Chunk next = backward(other);
    setInUseAt(other, size);
    setBackward(bin, next);
    setForward(next, bin);
    tcachePut(other, tcacheIndex(size));
  }
  return memoryOf(victim);
}

void Ptmalloc::checkUnsorted(Chunk victim, Chunk before, uint64_t size) {
  const uint64_t system = field(systemMemory);
  require(size > chunkHeaderBytes && size <= system, "malloc(): invalid size (unsorted)");
  const Chunk next = victim + size;
  require(head(next) >= chunkHeaderBytes && head(next) <= system, "malloc(): invalid next size (unsorted)");
  require((previousSize(next) & ~sizeBits) == size, "malloc(): mismatching next->prev_size (unsorted)");
  require(forward(before) == victim && forward(victim) == unsorted(),
          "malloc(): unsorted double linked list corrupted");
  require(!previousInUse(next), "malloc(): invalid next->prev_inuse (unsorted)");
}

/// Sorts the list into bins until something fits exactly. `cached`: exact fits went to the thread cache.
Address Ptmalloc::fromUnsorted(uint64_t size, bool &cached) {
  const Chunk list = unsorted();
  for (unsigned steps = 0; steps < maxUnsortedSteps; ++steps) {
    const Chunk victim = backward(list);
    if (victim == list)
      break;
    const Chunk before = backward(victim);
    const uint64_t whole = sizeOf(victim);
    checkUnsorted(victim, before, whole);
    if (isSmall(size) && before == list && victim == field(lastRemainder) && whole > size + minimumChunk)
      return splitLastRemainder(victim, whole, size);
    setBackward(list, before);
    setForward(before, list);
    if (whole != size) {
      sortIntoBin(victim, whole);
      continue;
    }
    setInUseAt(victim, size);
    if (!tcacheTakes(size))
      return memoryOf(victim);
    tcachePut(victim, tcacheIndex(size));
    cached = true;
  }
  return 0;
}

Address Ptmalloc::splitLastRemainder(Chunk victim, uint64_t whole, uint64_t size) {
  const Chunk remainder = victim + size, list = unsorted();
  setBackward(list, remainder);
  setForward(list, remainder);
  setField(lastRemainder, remainder);
  setBackward(remainder, list);
  setForward(remainder, list);
  forgetSizeLinks(remainder, whole - size);
  setHead(victim, size | previousInUseBit);
  setHead(remainder, (whole - size) | previousInUseBit);
  setFoot(remainder, whole - size);
  return memoryOf(victim);
}

void Ptmalloc::sortIntoBin(Chunk victim, uint64_t size) {
  const unsigned index = binIndex(size);
  Chunk before = binAt(index), after = forward(before);
  if (!isSmall(size))
    linkBySize(victim, size, before, after);
  setBinmapWord(index / 32, binmapWord(index / 32) | uint32_t(1) << index % 32);
  setBackward(victim, before);
  setForward(victim, after);
  setBackward(after, victim);
  setForward(before, victim);
}

/// A large bin is kept by falling size; the first of each size is also in a list of sizes.
void Ptmalloc::linkBySize(Chunk victim, uint64_t size, Chunk &before, Chunk &after) {
  if (after == before) {
    setForwardSize(victim, victim);
    setBackwardSize(victim, victim);
    return;
  }
  size |= previousInUseBit;
  if (size < head(backward(before))) {
    after = before;
    before = backward(before);
    const Chunk largest = forward(after);
    setForwardSize(victim, largest);
    setBackwardSize(victim, backwardSize(largest));
    setBackwardSize(largest, victim);
    setForwardSize(backwardSize(victim), victim);
    return;
  }
  while (size < head(after))
    after = forwardSize(after);
  if (size == head(after)) {
    after = forward(after); // always second, so that the list of sizes stays
  } else {
    setForwardSize(victim, after);
    setBackwardSize(victim, backwardSize(after));
    require(forwardSize(backwardSize(after)) == after, "malloc(): largebin double linked list corrupted (nextsize)");
    setBackwardSize(after, victim);
    setForwardSize(backwardSize(victim), victim);
  }
  before = backward(after);
  require(forward(before) == after, "malloc(): largebin double linked list corrupted (bk)");
}

Address Ptmalloc::fromLargebin(uint64_t size) {
  const Chunk bin = binAt(binIndex(size));
  Chunk victim = forward(bin);
  if (victim == bin || head(victim) < size)
    return 0;
  victim = backwardSize(victim);
  while (sizeOf(victim) < size)
    victim = backwardSize(victim);
  if (victim != backward(bin) && head(victim) == head(forward(victim)))
    victim = forward(victim);
  const uint64_t whole = sizeOf(victim);
  unlink(victim);
  return splitToUnsorted(victim, whole, size, false, "malloc(): corrupted unsorted chunks");
}

/// The next larger bin that has something, by the bitmap.
Address Ptmalloc::fromBinmap(uint64_t size, unsigned index) {
  for (unsigned block = index / 32; block < binmapBlocks; ++block) {
    for (unsigned bit = block == index / 32 ? index % 32 : 0; bit < 32; ++bit) {
      const uint32_t map = binmapWord(block);
      if (!(map >> bit))
        break;
      if (!(map >> bit & 1))
        continue;
      const Chunk bin = binAt(block * 32 + bit), victim = backward(bin);
      if (victim == bin) {
        setBinmapWord(block, map & ~(uint32_t(1) << bit));
        continue;
      }
      const uint64_t whole = sizeOf(victim);
      unlink(victim);
      return splitToUnsorted(victim, whole, size, isSmall(size), "malloc(): corrupted unsorted chunks 2");
    }
  }
  return 0;
}

Address Ptmalloc::splitToUnsorted(Chunk victim, uint64_t whole, uint64_t size, bool remember,
                                  std::string_view corrupted) {
  const uint64_t rest = whole - size;
  if (rest < minimumChunk) {
    setInUseAt(victim, whole);
    return memoryOf(victim);
  }
  const Chunk remainder = victim + size, list = unsorted(), first = forward(list);
  require(backward(first) == list, corrupted);
  setBackward(remainder, list);
  setForward(remainder, first);
  setForward(list, remainder);
  setBackward(first, remainder);
  if (remember)
    setField(lastRemainder, remainder);
  forgetSizeLinks(remainder, rest);
  setHead(victim, size | previousInUseBit);
  setHead(remainder, rest | previousInUseBit);
  setFoot(remainder, rest);
  return memoryOf(victim);
}

Address Ptmalloc::fromTop(uint64_t size) {
  const Chunk victim = field(top);
  const uint64_t whole = sizeOf(victim);
  require(whole <= field(systemMemory), "malloc(): corrupted top size");
  if (whole < size + minimumChunk)
    return 0;
  const Chunk remainder = victim + size;
  setField(top, remainder);
  setHead(victim, size | previousInUseBit);
  setHead(remainder, (whole - size) | previousInUseBit);
  return memoryOf(victim);
}

} // namespace kmem::sim
