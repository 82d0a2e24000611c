// The words of a process, the thread cache, and what malloc() does before _int_malloc().
#include "runtime/user/ptmalloc.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace kmem::sim {

namespace {
constexpr uint64_t arenaOffset = 0xc60;           // where main_arena lies in Debian's libc.so, in its page
constexpr uint64_t arenaBytes = 3 * pageSize;     // its part of libc's .data
constexpr uint64_t defaultThreshold = 128 * 1024; // DEFAULT_MMAP_THRESHOLD, _TRIM_THRESHOLD and _TOP_PAD
constexpr uint64_t defaultMmapMax = 65536;
constexpr uint64_t defaultMaxFast = 128;
constexpr uint64_t tcacheKeyValue = 0x9e3779b97f4a7c15; // random in glibc; the same here for every run
} // namespace

uint64_t Ptmalloc::load(Address at) {
  uint64_t value = 0;
  if ((at & ~pageMask) <= pageSize - sizeof(value))
    if (const auto page = faults.access(mm, at, AccessKind::Read)) {
      std::memcpy(&value, parts.kernel.memory.frame(*page) + (at & ~pageMask), sizeof(value));
      return value;
    }
  const auto outcome = faults.read(mm, at, std::as_writable_bytes(std::span(&value, 1)));
  if (!outcome.ok())
    die(outcome.last.signal);
  return value;
}

void Ptmalloc::store(Address at, uint64_t value) {
  if ((at & ~pageMask) <= pageSize - sizeof(value))
    if (const auto page = faults.access(mm, at, AccessKind::Write)) {
      std::memcpy(parts.kernel.memory.frameForWrite(*page) + (at & ~pageMask), &value, sizeof(value));
      return;
    }
  const auto outcome = faults.write(mm, at, std::as_bytes(std::span(&value, 1)));
  if (!outcome.ok())
    die(outcome.last.signal);
}

void Ptmalloc::copyBytes(Address to, Address from, uint64_t size) {
  std::byte bytes[pageSize];
  while (size) {
    const std::span<std::byte> chunk(bytes, std::min(size, pageSize));
    if (const auto outcome = faults.read(mm, from, chunk); !outcome.ok())
      die(outcome.last.signal);
    if (const auto outcome = faults.write(mm, to, chunk); !outcome.ok())
      die(outcome.last.signal);
    from += chunk.size();
    to += chunk.size();
    size -= chunk.size();
  }
}

void Ptmalloc::clearBytes(Address at, uint64_t size) {
  const std::byte zeros[pageSize] = {};
  while (size) {
    const uint64_t count = std::min(size, pageSize);
    if (const auto outcome = faults.write(mm, at, {zeros, count}); !outcome.ok())
      die(outcome.last.signal);
    at += count;
    size -= count;
  }
}

void Ptmalloc::die(Signal with) {
  signal = with;
  throw Death{DeathKind::Signal};
}

void Ptmalloc::abort(std::string_view text) {
  abortText = text;
  throw Death{DeathKind::Signal};
}

// Start

/// ptmalloc_init(): the arena is a part of libc's data, mapped with the process's first call here.
void Ptmalloc::initialise() {
  if (arena)
    return;
  const SysResult data =
      mappings.mmap(mm, {.length = arenaBytes, .prot = ProtRead | ProtWrite, .flags = MapPrivate | MapAnonymous});
  if (isSysError(data))
    die(Signal::Kill);
  arena = Address(data) + arenaOffset;
  parts.mm(mm).mallocState = arena;
  for (unsigned bin = 1; bin < binCount; ++bin) {
    setForward(binAt(bin), binAt(bin));
    setBackward(binAt(bin), binAt(bin));
  }
  setField(top, unsorted());
  setField(trimThreshold, defaultThreshold);
  setField(topPad, defaultThreshold);
  setField(mmapThreshold, defaultThreshold);
  setField(mmapMax, defaultMmapMax);
  setField(maxFast, defaultMaxFast);
  setField(tcacheKey, tcacheKeyValue);
}

void Ptmalloc::initialiseTcache() {
  if (field(tcache))
    return;
  if (const Address memory = allocate(tcacheBytes)) {
    clearBytes(memory, tcacheBytes);
    setField(tcache, memory);
  }
}

/// checked_request2size()
std::optional<uint64_t> Ptmalloc::chunkSizeFor(uint64_t bytes) {
  if (bytes > maxRequest)
    return std::nullopt;
  return std::max(minimumChunk, (bytes + 8 + mallocAlignment - 1) & ~(mallocAlignment - 1));
}

// Thread cache

uint64_t Ptmalloc::tcacheCount(uint64_t index) {
  const Address at = field(tcache) + index * 2;
  return load(at & ~Address(7)) >> (at % 8 * 8) & 0xffff;
}

void Ptmalloc::setTcacheCount(uint64_t index, uint64_t count) {
  const Address at = field(tcache) + index * 2;
  const unsigned shift = at % 8 * 8;
  const uint64_t word = load(at & ~Address(7));
  store(at & ~Address(7), (word & ~(uint64_t(0xffff) << shift)) | count << shift);
}

void Ptmalloc::tcachePut(Chunk chunk, uint64_t index) {
  const Address memory = memoryOf(chunk);
  store(memory + 8, field(tcacheKey));
  store(memory, mixed(memory, load(tcacheEntryAt(index))));
  store(tcacheEntryAt(index), memory);
  setTcacheCount(index, tcacheCount(index) + 1);
}

Address Ptmalloc::tcacheGet(uint64_t index) {
  const Address memory = load(tcacheEntryAt(index));
  require(!isMisaligned(memory), "malloc(): unaligned tcache chunk detected");
  store(tcacheEntryAt(index), mixed(memory, load(memory)));
  setTcacheCount(index, tcacheCount(index) - 1);
  store(memory + 8, 0);
  return memory;
}

bool Ptmalloc::tcacheTakes(uint64_t size) {
  const uint64_t index = tcacheIndex(size);
  return index < tcacheBins && field(tcache) && tcacheCount(index) < tcacheFill;
}

void Ptmalloc::checkTcacheDoubleFree(Address memory, uint64_t index) {
  if (load(memory + 8) != field(tcacheKey))
    return;
  unsigned seen = 0;
  for (Address at = load(tcacheEntryAt(index)); at; at = mixed(at, load(at)), ++seen) {
    require(seen < tcacheFill, "free(): too many chunks detected in tcache");
    require(!isMisaligned(at), "free(): unaligned chunk detected in tcache 2");
    require(at != memory, "free(): double free detected in tcache 2");
  }
}

// Entry points

Address Ptmalloc::malloc(uint64_t bytes) {
  initialise();
  const auto size = chunkSizeFor(bytes);
  if (!size)
    return 0;
  initialiseTcache();
  const uint64_t index = tcacheIndex(*size);
  if (index < tcacheBins && field(tcache) && tcacheCount(index) > 0)
    return tcacheGet(index);
  return allocate(bytes);
}

Address Ptmalloc::calloc(uint64_t count, uint64_t bytes) {
  initialise();
  uint64_t total;
  if (__builtin_mul_overflow(count, bytes, &total) || !chunkSizeFor(total))
    return 0;
  initialiseTcache();
  const Chunk oldTop = field(top);
  const uint64_t oldTopSize = sizeOf(oldTop);
  const Address memory = allocate(total); // not from the thread cache
  if (!memory || isMmapped(chunkOf(memory)))
    return memory;
  uint64_t size = sizeOf(chunkOf(memory));
  if (chunkOf(memory) == oldTop && size > oldTopSize)
    size = oldTopSize; // the rest comes fresh from brk
  clearBytes(memory, size - 8);
  return memory;
}

Address Ptmalloc::memalign(uint64_t alignment, uint64_t bytes) {
  initialise();
  if (alignment <= mallocAlignment)
    return malloc(bytes);
  if (alignment > uint64_t(1) << 63)
    return 0;
  alignment = std::bit_ceil(std::max(alignment, minimumChunk));
  const auto size = chunkSizeFor(bytes);
  if (!size || *size > maxRequest - alignment - minimumChunk)
    return 0;
  const Address memory = allocate(*size + alignment + minimumChunk); // does not set up the thread cache
  if (!memory)
    return 0;
  Chunk chunk = chunkOf(memory);
  if (memory % alignment) {
    // The aligned place, far enough in that what is in front can be a chunk.
    Chunk aligned = chunkOf((memory + alignment - 1) & ~(alignment - 1));
    if (aligned - chunk < minimumChunk)
      aligned += alignment;
    const uint64_t lead = aligned - chunk, rest = sizeOf(chunk) - lead;
    if (isMmapped(chunk)) {
      store(aligned, previousSize(chunk) + lead);
      setHead(aligned, rest | mmappedBit);
      return memoryOf(aligned);
    }
    setHead(aligned, rest | previousInUseBit);
    setInUseAt(aligned, rest);
    setHeadSize(chunk, lead);
    release(chunk, true);
    chunk = aligned;
  }
  if (!isMmapped(chunk) && sizeOf(chunk) > *size + minimumChunk) {
    const Chunk remainder = chunk + *size;
    setHead(remainder, (sizeOf(chunk) - *size) | previousInUseBit);
    setHeadSize(chunk, *size);
    release(remainder, true);
  }
  return memoryOf(chunk);
}

uint64_t Ptmalloc::usableSize(Address memory) {
  if (!memory)
    return 0;
  const Chunk chunk = chunkOf(memory);
  if (isMmapped(chunk))
    return sizeOf(chunk) - chunkHeaderBytes;
  return inUseAt(chunk, sizeOf(chunk)) ? sizeOf(chunk) - 8 : 0;
}

ChunkHeader Ptmalloc::header(Address memory) {
  const Chunk chunk = chunkOf(memory);
  const uint64_t word = head(chunk);
  return {chunk,
          previousSize(chunk),
          word & ~sizeBits,
          bool(word & previousInUseBit),
          bool(word & mmappedBit),
          bool(word & nonMainArenaBit)};
}

MallocStatistics Ptmalloc::statistics() {
  if (!arena)
    return {};
  return {.systemBytes = field(systemMemory),
          .top = field(top),
          .topBytes = sizeOf(field(top)),
          .mmaps = field(mmapCount),
          .mmappedBytes = field(mmappedMemory),
          .mmapThreshold = field(mmapThreshold),
          .trimThreshold = field(trimThreshold)};
}

} // namespace kmem::sim
