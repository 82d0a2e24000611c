// What malloc asks the kernel for: brk for the heap, mmap above the threshold, trimming; realloc; mallopt.
#include "runtime/user/ptmalloc.h"

#include <algorithm>

namespace kmem::sim {

namespace {
constexpr uint64_t alignUp(uint64_t bytes) { return (bytes + pageSize - 1) & pageMask; }
constexpr uint64_t mmapAsMorecoreBytes = uint64_t(1) << 20; // MMAP_AS_MORECORE_SIZE
constexpr uint64_t fencepostBytes = 2 * chunkHeaderBytes;
constexpr uint64_t maxMmapThreshold = uint64_t(32) << 20; // HEAP_MAX_SIZE / 2
constexpr int64_t largestFastRequest = 160;               // MAX_FAST_SIZE
constexpr uint64_t chunkStructBytes = 48;                 // sizeof(struct malloc_chunk)
} // namespace

/// glibc's sbrk(): the break before.
std::optional<Address> Ptmalloc::sbrk(int64_t increment) {
  const Address before = parts.mmOf(mm).brk;
  if (!increment)
    return before;
  const Address wanted = before + uint64_t(increment);
  if ((increment > 0) != (wanted > before) || mappings.brk(mm, wanted) != wanted)
    return std::nullopt;
  return before;
}

Address Ptmalloc::growSystem(uint64_t size) {
  if (size >= field(mmapThreshold) && field(mmapCount) < field(mmapMax))
    if (const Address memory = mapChunk(size))
      return memory;
  const Chunk oldTop = field(top);
  const uint64_t oldSize = sizeOf(oldTop);
  require(oldTop == unsorted()
              ? oldSize == 0
              : oldSize >= minimumChunk && previousInUse(oldTop) && ((oldTop + oldSize) & ~pageMask) == 0,
          "sysmalloc: Assertion failed");
  extendTop(size);
  setField(maxSystemMemory, std::max(field(maxSystemMemory), field(systemMemory)));
  const Chunk chunk = field(top);
  const uint64_t whole = sizeOf(chunk);
  if (whole < size + minimumChunk)
    return 0;
  setField(top, chunk + size);
  setHead(chunk, size | previousInUseBit);
  setHead(chunk + size, (whole - size) | previousInUseBit);
  return memoryOf(chunk);
}

/// sysmalloc_mmap()
Address Ptmalloc::mapChunk(uint64_t size) {
  const uint64_t bytes = alignUp(size + 8);
  if (bytes <= size)
    return 0;
  const SysResult start =
      mappings.mmap(mm, {.length = bytes, .prot = ProtRead | ProtWrite, .flags = MapPrivate | MapAnonymous});
  if (isSysError(start))
    return 0;
  const Chunk chunk = Address(start);
  setHead(chunk, bytes | mmappedBit);
  setField(mmapCount, field(mmapCount) + 1);
  setField(mmappedMemory, field(mmappedMemory) + bytes);
  return memoryOf(chunk);
}

/// More heap: from brk, or from mmap where brk cannot go on.
bool Ptmalloc::extendTop(uint64_t size) {
  const Chunk oldTop = field(top);
  const uint64_t oldSize = sizeOf(oldTop);
  const bool contiguous = !field(nonContiguous);
  uint64_t bytes = alignUp(size + field(topPad) + minimumChunk - (contiguous ? oldSize : 0));
  if (const auto start = int64_t(bytes) > 0 ? sbrk(int64_t(bytes)) : std::nullopt) {
    if (!field(sbrkBase))
      setField(sbrkBase, *start);
    setField(systemMemory, field(systemMemory) + bytes);
    if (*start == oldTop + oldSize && oldSize) {
      setHead(oldTop, (bytes + oldSize) | previousInUseBit);
      return true;
    }
    require(!contiguous || !oldSize || *start > oldTop + oldSize, "break adjusted to free malloc space");
    adoptSegment(*start, bytes, 0, oldTop, oldSize);
    return true;
  }
  if (contiguous)
    bytes = alignUp(bytes + oldSize);
  bytes = std::max(bytes, mmapAsMorecoreBytes);
  if (bytes <= size)
    return false;
  const SysResult start =
      mappings.mmap(mm, {.length = bytes, .prot = ProtRead | ProtWrite, .flags = MapPrivate | MapAnonymous});
  if (isSysError(start))
    return false;
  setField(nonContiguous, 1);
  if (!field(sbrkBase))
    setField(sbrkBase, Address(start));
  setField(systemMemory, field(systemMemory) + bytes);
  adoptSegment(Address(start), bytes, Address(start) + bytes, oldTop, oldSize);
  return true;
}

/// A new piece that does not continue the old top becomes the top; the old one ends in fenceposts and is freed.
void Ptmalloc::adoptSegment(Address start, uint64_t size, Address end, Chunk oldTop, uint64_t oldSize) {
  uint64_t correction = 0;
  if (!field(nonContiguous)) {
    if (oldSize)
      setField(systemMemory, field(systemMemory) + (start - (oldTop + oldSize)));
    if (const uint64_t misaligned = memoryOf(start) % mallocAlignment)
      correction = mallocAlignment - misaligned;
    const Address aligned = start + correction;
    correction += oldSize;
    correction += alignUp(start + size + correction) - (start + size + correction);
    if (const auto more = sbrk(int64_t(correction))) {
      end = *more;
    } else {
      correction = 0;
      end = *sbrk(0);
    }
    start = aligned;
  } else if (!end) {
    end = *sbrk(0);
  }
  setField(top, start);
  setHead(start, (end - start + correction) | previousInUseBit);
  setField(systemMemory, field(systemMemory) + correction);
  if (!oldSize)
    return;
  oldSize = (oldSize - fencepostBytes) & ~(mallocAlignment - 1);
  setHead(oldTop, oldSize | previousInUseBit);
  setHead(oldTop + oldSize, chunkHeaderBytes | previousInUseBit);
  setHead(oldTop + oldSize + chunkHeaderBytes, chunkHeaderBytes | previousInUseBit);
  if (oldSize >= minimumChunk)
    release(oldTop, true);
}

void Ptmalloc::unmapChunk(Chunk chunk) {
  const Address block = chunk - previousSize(chunk), memory = memoryOf(chunk);
  const uint64_t bytes = previousSize(chunk) + sizeOf(chunk), within = memory & ~pageMask;
  require(((block | bytes) & ~pageMask) == 0 && (within & (within - 1)) == 0, "munmap_chunk(): invalid pointer");
  setField(mmapCount, field(mmapCount) - 1);
  setField(mmappedMemory, field(mmappedMemory) - bytes);
  mappings.munmap(mm, block, bytes);
}

bool Ptmalloc::trimTop(uint64_t pad) {
  const Chunk chunk = field(top);
  const uint64_t size = sizeOf(chunk), spare = size - minimumChunk - 1;
  if (size <= minimumChunk || spare <= pad)
    return false;
  const uint64_t extra = (spare - pad) & pageMask;
  if (!extra || *sbrk(0) != chunk + size)
    return false;
  const Address before = *sbrk(0);
  sbrk(-int64_t(extra));
  const uint64_t released = before - *sbrk(0);
  if (!released)
    return false;
  setField(systemMemory, field(systemMemory) - released);
  setHead(chunk, (size - released) | previousInUseBit);
  return true;
}

/// mtrim(): whole pages inside free chunks go back, too.
bool Ptmalloc::trimFreeChunks() {
  bool any = false;
  for (unsigned index = 1; index < binCount; ++index) {
    if (index != 1 && index < binIndex(pageSize))
      continue;
    const Chunk bin = binAt(index);
    for (Chunk chunk = backward(bin); chunk != bin; chunk = backward(chunk)) {
      const uint64_t size = sizeOf(chunk);
      if (size <= pageSize - 1 + chunkStructBytes)
        continue;
      const Address aligned = alignUp(chunk + chunkStructBytes);
      const uint64_t inside = size - (aligned - chunk);
      if (inside <= pageSize - 1)
        continue;
      mappings.madvise(mm, aligned, inside & pageMask, Advice::DontNeed);
      any = true;
    }
  }
  return any;
}

bool Ptmalloc::trim(uint64_t pad) {
  initialise();
  consolidate();
  const bool inside = trimFreeChunks();
  return trimTop(pad) || inside;
}

bool Ptmalloc::mallopt(Mallopt parameter, int64_t value) {
  initialise();
  consolidate();
  const uint64_t bytes = uint64_t(value);
  switch (parameter) {
  case Mallopt::MaxFast:
    if (value < 0 || value > largestFastRequest)
      return false;
    setField(maxFast, value ? (bytes + 8) & ~(mallocAlignment - 1) : chunkHeaderBytes);
    return true;
  case Mallopt::TrimThreshold:
    setField(trimThreshold, bytes);
    break;
  case Mallopt::TopPad:
    setField(topPad, bytes);
    break;
  case Mallopt::MmapThreshold:
    if (bytes > maxMmapThreshold)
      return false;
    setField(mmapThreshold, bytes);
    break;
  case Mallopt::MmapMax:
    setField(mmapMax, bytes);
    break;
  default:
    return true; // mallopt() succeeds for what it does not know
  }
  setField(noDynamicThreshold, 1);
  return true;
}

// realloc

std::optional<Address> Ptmalloc::remapChunk(Chunk chunk, uint64_t size) {
  const uint64_t offset = previousSize(chunk), whole = offset + sizeOf(chunk);
  const Address block = chunk - offset;
  require(((block | whole) & ~pageMask) == 0, "mremap_chunk(): invalid pointer");
  const uint64_t wanted = alignUp(size + offset + 8);
  if (whole == wanted)
    return chunk;
  const SysResult moved = mappings.mremap(mm, block, whole, wanted, MremapMayMove);
  if (isSysError(moved))
    return std::nullopt;
  const Chunk now = Address(moved) + offset;
  setHead(now, (wanted - offset) | mmappedBit);
  setField(mmappedMemory, field(mmappedMemory) + wanted - whole);
  return now;
}

Address Ptmalloc::realloc(Address memory, uint64_t bytes) {
  initialise();
  if (!memory)
    return malloc(bytes);
  if (!bytes) {
    free(memory);
    return 0;
  }
  const Chunk chunk = chunkOf(memory);
  const uint64_t oldSize = sizeOf(chunk);
  if (!isMmapped(chunk))
    initialiseTcache();
  require(chunk <= -oldSize && !isMisaligned(chunk), "realloc(): invalid pointer");
  const auto size = chunkSizeFor(bytes);
  if (!size)
    return 0;
  if (!isMmapped(chunk))
    return reallocate(chunk, oldSize, *size);
  if (const auto moved = remapChunk(chunk, *size))
    return memoryOf(*moved);
  if (oldSize - 8 >= *size)
    return memory;
  const Address added = malloc(bytes);
  if (added) {
    copyBytes(added, memory, oldSize - chunkHeaderBytes);
    unmapChunk(chunk);
  }
  return added;
}

/// _int_realloc()
Address Ptmalloc::reallocate(Chunk old, uint64_t oldSize, uint64_t size) {
  const uint64_t system = field(systemMemory);
  require(head(old) > chunkHeaderBytes && oldSize < system, "realloc(): invalid old size");
  const Chunk next = old + oldSize;
  const uint64_t nextSize = sizeOf(next);
  require(head(next) > chunkHeaderBytes && nextSize < system, "realloc(): invalid next size");
  uint64_t whole = oldSize;
  if (oldSize < size) {
    if (next == field(top) && oldSize + nextSize >= size + minimumChunk) {
      setHeadSize(old, size);
      setField(top, old + size);
      setHead(old + size, (oldSize + nextSize - size) | previousInUseBit);
      return memoryOf(old);
    }
    if (next != field(top) && !inUseAt(next, nextSize) && oldSize + nextSize >= size) {
      unlink(next);
      whole += nextSize;
    } else {
      const Address added = allocate(size - (mallocAlignment - 1));
      if (!added)
        return 0;
      if (chunkOf(added) != next) {
        copyBytes(added, memoryOf(old), oldSize - 8);
        release(old, true);
        return added;
      }
      whole += sizeOf(next);
    }
  }
  if (whole - size < minimumChunk) {
    setHeadSize(old, whole);
    setInUseAt(old, whole);
    return memoryOf(old);
  }
  const Chunk remainder = old + size;
  setHeadSize(old, size);
  setHead(remainder, (whole - size) | previousInUseBit);
  setInUseAt(remainder, whole - size);
  release(remainder, true);
  return memoryOf(old);
}

} // namespace kmem::sim
