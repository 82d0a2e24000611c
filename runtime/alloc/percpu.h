// mm/percpu.c and percpu-vm.c: memory that every CPU has a copy of. A chunk is one unit for each CPU at a fixed stride;
// an allocation is the same place in each unit. The first chunk comes with the kernel image (static part, then a part
// reserved for modules, then a dynamic part); more chunks take vmalloc addresses from the top and get their pages as
// they are needed. Allocations that may not sleep live on pages that are there already; a work item keeps some ready.
//
// A percpu pointer (the cookie of __percpu) is an offset from the first unit; at() turns it into an address.
#pragma once

#include "runtime/alloc/percpu_layout.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/ordered_map.h"

namespace kmem::sim {

class Kmalloc;
class PageAllocator;
class Vmalloc;

using PercpuPointer = uint64_t; ///< 0 is NULL

class Percpu {
public:
  Percpu(Kernel &kernel, PageAllocator &pages, Kmalloc &kmalloc, Vmalloc &vmalloc);

  /// __alloc_percpu_gfp(); zeroed on every CPU. 0 after the kernel's warning.
  PercpuPointer allocate(uint64_t size, uint64_t align, Gfp gfp);
  PercpuPointer allocate(uint64_t size, uint64_t align); ///< __alloc_percpu(): GFP_KERNEL
  /// __alloc_reserved_percpu(): from the part that is kept for modules.
  PercpuPointer allocateReserved(uint64_t size, uint64_t align);
  void free(PercpuPointer pointer);
  Address at(PercpuPointer pointer, unsigned cpu) const; ///< per_cpu_ptr()
  /// pcpu_balance_workfn(), which the kernel queues as work.
  void balance();

  const PercpuLayout &layout() const { return sizes; }
  uint64_t chunkCount() const { return now.chunks.live(); }
  uint64_t populatedPages() const { return now.populatedPages; } ///< of each unit
  uint64_t emptyPopulatedPages() const { return now.emptyPopulated; }

  using ChunkId = uint32_t;
  struct Chunk {
    Address base; ///< of CPU 0's unit
    uint64_t freeBytes;
    uint32_t pages, populated, emptyPopulated;
    uint32_t begin, end; ///< usable bits: places of minimum allocations
    uint32_t longest;    ///< bits of the longest free run, the contig_hint
    bool immutable, isolated;
    uint8_t slot; ///< list it is in
    ChunkId next, previous;
    Address metadata[5]; ///< the kernel's memory for it: chunk, two maps, blocks, object extensions
  };
  struct List {
    ChunkId first, last;
  };
  /// Free bits from the key on.
  struct Run {
    uint32_t bits;
  };
  struct Longest {
    uint64_t first, last; ///< keys
    uint32_t bits;
    static Longest of(uint64_t key, const Run &run) { return {key, key, run.bits}; }
    Longest &operator+=(const Longest &other) {
      first = std::min(first, other.first);
      last = std::max(last, other.last);
      bits = std::max(bits, other.bits);
      return *this;
    }
  };
  struct State {
    CowPool<Chunk> chunks;
    ChunkId firstChunk = 0, reservedChunk = 0;
    CowArray<List> lists;          ///< by slot
    OrderedMap<Run, Longest> runs; ///< by chunk << 32 | bit
    OrderedMap<uint8_t> bounds;    ///< where allocations begin or end, by chunk << 32 | bit; frees leave them
    CowArray<uint64_t> populated;  ///< bitmap of pages, wordsPerChunk a chunk
    uint64_t populatedPages = 0, emptyPopulated = 0;
    Address pageArray = 0; ///< pcpu_get_pages()
    bool atomicFailed = false;
    uint8_t warningsLeft = 10;
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  struct Request {
    uint64_t size, align;
    Gfp gfp, backingGfp;
    bool atomic, warns;
    uint32_t bits() const { return size >> 2; }
  };
  struct Place {
    ChunkId chunk;
    uint32_t bit;
  };
  // percpu.cpp
  std::optional<Request> checked(uint64_t size, uint64_t align, Gfp gfp);
  PercpuPointer serve(const Request &request, bool reserved);
  std::optional<Place> search(const Request &request);
  std::optional<Place> takeFrom(ChunkId chunk, const Request &request);
  const char *find(const Request &request, bool reserved, std::optional<Place> &found);
  bool populateFor(const Place &place, const Request &request);
  void fail(const Request &request, const char *why);
  void reservePages(Pfn first, Pfn end);
  [[noreturn]] void badAccess(Address address) const;
  ChunkId chunkOf(Address address);
  bool shouldReclaim(ChunkId chunk) const;
  void queueBalance() { kernel.deferred.queueWork(balanceWork); }
  // percpu_chunk.cpp
  ChunkId addChunk(Address base, uint32_t pages, uint32_t begin, uint32_t end, bool immutable);
  ChunkId createChunk(Gfp gfp);
  void destroyChunk(ChunkId chunk);
  std::optional<uint32_t> findFit(ChunkId chunk, uint32_t bits, uint32_t align, bool populatedOnly) const;
  void occupy(ChunkId chunk, uint32_t bit, uint32_t bits);
  uint64_t release(ChunkId chunk, uint32_t bit);
  void updateLongest(ChunkId chunk);
  bool hasRun(ChunkId chunk, uint32_t bits) const;
  bool isPageFree(ChunkId chunk, uint32_t page) const;
  int emptyPagesIn(ChunkId chunk, uint32_t firstBit, uint32_t bits) const;
  void countEmpty(ChunkId chunk, int pages);
  // percpu_pages.cpp
  bool isPopulated(ChunkId chunk, uint32_t page) const;
  void markPopulated(ChunkId chunk, uint32_t begin, uint32_t end, bool present);
  bool populate(ChunkId chunk, uint32_t begin, uint32_t end, Gfp gfp);
  void depopulate(ChunkId chunk, uint32_t begin, uint32_t end);
  // percpu_lists.cpp
  unsigned slotOf(ChunkId chunk) const;
  unsigned slotOfSize(uint64_t bytes) const;
  void insert(ChunkId chunk, unsigned slot, bool front);
  void remove(ChunkId chunk);
  void move(ChunkId chunk, unsigned slot, bool front);
  void relocate(ChunkId chunk, int oldSlot);
  void isolate(ChunkId chunk);
  void reintegrate(ChunkId chunk);
  unsigned freeSlot() const { return sidelinedSlot() + 1; }
  unsigned sidelinedSlot() const;
  unsigned depopulateSlot() const { return freeSlot() + 1; }
  // percpu_balance.cpp
  void freeSpareChunks(bool emptyOnly);
  void reclaimPopulated();
  bool reclaimPagesOf(ChunkId chunk);
  void populateReserve();
  ChunkId chunkToPopulate(unsigned slot) const;

  Kernel &kernel;
  PageAllocator &pages;
  Kmalloc &kmalloc;
  Vmalloc &vmalloc;
  PercpuLayout sizes;
  DeferredId balanceWork;
  Address firstUnit = 0; ///< pcpu_base_addr
  State now;
};

} // namespace kmem::sim
