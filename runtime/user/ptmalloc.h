// One call into glibc's malloc, on the words of one process. Offsets and names follow glibc 2.36's malloc_chunk,
// malloc_state, malloc_par and tcache_perthread_struct. What aborts or faults throws Death, with the text kept here.
#pragma once

#include "runtime/user/malloc.h"

namespace kmem::sim {

inline constexpr uint64_t mallocAlignment = 16, chunkHeaderBytes = 16, minimumChunk = 32;
inline constexpr uint64_t previousInUseBit = 1, mmappedBit = 2, nonMainArenaBit = 4, sizeBits = 7;
inline constexpr uint64_t minimumLargeSize = 1024;
inline constexpr unsigned binCount = 128, fastbinCount = 10, tcacheBins = 64, tcacheFill = 7;
inline constexpr uint64_t tcacheBytes = tcacheBins * (2 + 8);
inline constexpr uint64_t maxRequest = INT64_MAX;

class Ptmalloc {
public:
  Ptmalloc(UserParts &parts, Faults &faults, Mappings &mappings, MmId mm)
      : parts(parts), faults(faults), mappings(mappings), mm(mm), arena(parts.mmOf(mm).mallocState) {}

  Address malloc(uint64_t bytes);
  Address calloc(uint64_t count, uint64_t bytes);
  Address realloc(Address memory, uint64_t bytes);
  Address memalign(uint64_t alignment, uint64_t bytes);
  void free(Address memory);
  bool mallopt(Mallopt parameter, int64_t value);
  uint64_t usableSize(Address memory);
  bool trim(uint64_t pad);
  ChunkHeader header(Address memory);
  MallocStatistics statistics();

  std::string_view abortText; ///< set when Death flies for malloc_printerr()
  Signal signal = Signal::None;

private:
  using Chunk = Address;

  // Words of the process
  uint64_t load(Address at);
  void store(Address at, uint64_t value);
  void copyBytes(Address to, Address from, uint64_t size);
  void clearBytes(Address at, uint64_t size);
  [[noreturn]] void die(Signal with);
  [[noreturn]] void abort(std::string_view text);
  void require(bool condition, std::string_view text) {
    if (!condition)
      abort(text);
  }

  // struct malloc_chunk
  static Address memoryOf(Chunk chunk) { return chunk + chunkHeaderBytes; }
  static Chunk chunkOf(Address memory) { return memory - chunkHeaderBytes; }
  uint64_t previousSize(Chunk chunk) { return load(chunk); }
  uint64_t head(Chunk chunk) { return load(chunk + 8); }
  uint64_t sizeOf(Chunk chunk) { return head(chunk) & ~uint64_t(sizeBits); }
  bool previousInUse(Chunk chunk) { return head(chunk) & previousInUseBit; }
  bool isMmapped(Chunk chunk) { return head(chunk) & mmappedBit; }
  void setHead(Chunk chunk, uint64_t head) { store(chunk + 8, head); }
  void setHeadSize(Chunk chunk, uint64_t size) { setHead(chunk, (head(chunk) & sizeBits) | size); }
  void setFoot(Chunk chunk, uint64_t size) { store(chunk + size, size); }
  bool inUseAt(Chunk chunk, uint64_t offset) { return head(chunk + offset) & previousInUseBit; }
  void setInUseAt(Chunk chunk, uint64_t offset) { setHead(chunk + offset, head(chunk + offset) | previousInUseBit); }
  void clearInUseAt(Chunk chunk, uint64_t offset) {
    setHead(chunk + offset, head(chunk + offset) & ~uint64_t(previousInUseBit));
  }
  Chunk forward(Chunk chunk) { return load(chunk + 16); }
  Chunk backward(Chunk chunk) { return load(chunk + 24); }
  Chunk forwardSize(Chunk chunk) { return load(chunk + 32); }
  Chunk backwardSize(Chunk chunk) { return load(chunk + 40); }
  void setForward(Chunk chunk, Chunk to) { store(chunk + 16, to); }
  void setBackward(Chunk chunk, Chunk to) { store(chunk + 24, to); }
  void setForwardSize(Chunk chunk, Chunk to) { store(chunk + 32, to); }
  void setBackwardSize(Chunk chunk, Chunk to) { store(chunk + 40, to); }
  void forgetSizeLinks(Chunk chunk, uint64_t size);
  static bool isMisaligned(Chunk chunk) { return chunk & (mallocAlignment - 1); }
  /// PROTECT_PTR and REVEAL_PTR: a link mixed with the page it lies in.
  static uint64_t mixed(Address position, uint64_t link) { return (position >> 12) ^ link; }

  // struct malloc_state: words by offset
  enum : uint64_t {
    haveFastchunks = 0x8,
    fastbins = 0x10,
    top = 0x60,
    lastRemainder = 0x68,
    bins = 0x70,
    binmap = 0x860,
    systemMemory = 0x888,
    maxSystemMemory = 0x890,
    // struct malloc_par and the thread's and libc's variables
    trimThreshold = 0x8a0,
    topPad = 0x8a8,
    mmapThreshold = 0x8b0,
    mmapCount = 0x8b8,
    mmapMax = 0x8c0,
    noDynamicThreshold = 0x8c8,
    mmappedMemory = 0x8d0,
    sbrkBase = 0x8d8,
    maxFast = 0x8e0,
    tcache = 0x8e8,
    tcacheKey = 0x8f0,
    nonContiguous = 0x8f8,
  };
  uint64_t field(uint64_t offset) { return load(arena + offset); }
  void setField(uint64_t offset, uint64_t value) { store(arena + offset, value); }
  Chunk binAt(unsigned index) const { return arena + bins + (index - 1) * 16 - 16; }
  Chunk unsorted() const { return binAt(1); }
  Address fastbinAt(unsigned index) const { return arena + fastbins + index * 8; }
  static unsigned fastbinIndex(uint64_t size) { return unsigned(size >> 4) - 2; }
  static bool isSmall(uint64_t size) { return size < minimumLargeSize; }
  static unsigned binIndex(uint64_t size);
  uint32_t binmapWord(unsigned block);
  void setBinmapWord(unsigned block, uint32_t map);

  // Thread cache
  static uint64_t tcacheIndex(uint64_t size) { return (size - minimumChunk + mallocAlignment - 1) / mallocAlignment; }
  uint64_t tcacheCount(uint64_t index);
  void setTcacheCount(uint64_t index, uint64_t count);
  Address tcacheEntryAt(uint64_t index) { return field(tcache) + tcacheBins * 2 + index * 8; }
  void tcachePut(Chunk chunk, uint64_t index);
  Address tcacheGet(uint64_t index);
  bool tcacheTakes(uint64_t size);
  void checkTcacheDoubleFree(Address memory, uint64_t index);

  // Allocation
  void initialise();
  void initialiseTcache();
  static std::optional<uint64_t> chunkSizeFor(uint64_t bytes);
  Address allocate(uint64_t bytes); ///< _int_malloc()
  Address fromFastbin(uint64_t size);
  Address fromSmallbin(uint64_t size);
  Address fromUnsorted(uint64_t size, bool &cached);
  void checkUnsorted(Chunk victim, Chunk before, uint64_t size);
  Address splitLastRemainder(Chunk victim, uint64_t whole, uint64_t size);
  void sortIntoBin(Chunk victim, uint64_t size);
  void linkBySize(Chunk victim, uint64_t size, Chunk &before, Chunk &after);
  Address fromLargebin(uint64_t size);
  Address fromBinmap(uint64_t size, unsigned index);
  Address splitToUnsorted(Chunk victim, uint64_t whole, uint64_t size, bool remember, std::string_view corrupted);
  Address fromTop(uint64_t size);
  void unlink(Chunk chunk);
  void consolidate(); ///< malloc_consolidate()
  void consolidateOne(Chunk chunk);

  // Release
  void release(Chunk chunk, bool locked); ///< _int_free()
  void releaseToFastbin(Chunk chunk, uint64_t size, bool locked);
  void releaseAndMerge(Chunk chunk, uint64_t size);
  void unmapChunk(Chunk chunk);

  // System
  Address growSystem(uint64_t size); ///< sysmalloc()
  Address mapChunk(uint64_t size);
  bool extendTop(uint64_t size);
  void adoptSegment(Address start, uint64_t size, Address end, Chunk oldTop, uint64_t oldSize);
  std::optional<Address> sbrk(int64_t increment);
  bool trimTop(uint64_t pad); ///< systrim()
  Address reallocate(Chunk old, uint64_t oldSize, uint64_t size);
  std::optional<Chunk> remapChunk(Chunk chunk, uint64_t size);
  bool trimFreeChunks();

  UserParts &parts;
  Faults &faults;
  Mappings &mappings;
  const MmId mm;
  Address arena;
};

} // namespace kmem::sim
