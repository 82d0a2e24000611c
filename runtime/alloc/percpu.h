// mm/percpu.c and percpu-vm.c: memory that every CPU has a copy of. A chunk is one unit for each CPU at a fixed stride;
// an allocation is the same place in each unit. The first chunk comes with the kernel image (static part, then a part
// reserved for modules, then a dynamic part); more chunks take vmalloc addresses from the top and get their pages as
// they are needed. Allocations that may not sleep live on pages that are there already; a work item keeps some ready.
//
// A percpu pointer (the cookie of __percpu) is an offset from the first unit; at() turns it into an address.
#pragma once

#include "runtime/kernel/kernel.h"
#include "runtime/kernel/ordered_map.h"

namespace kmem::sim {

class Kmalloc;
class PageAllocator;
class Vmalloc;

using PercpuPointer = uint64_t; ///< 0 is NULL

/// Sizes in bytes, as "percpu: Embedded ... s r d u" of the boot log says.
struct PercpuLayout {
  uint64_t staticSize, reservedSize, dynamicSize, unitSize, atomSize;
};

class Percpu {
public:
  Percpu(Kernel &kernel, PageAllocator &pages, Kmalloc &kmalloc, Vmalloc &vmalloc);

  /// __alloc_percpu_gfp(); zeroed on every CPU. 0 after the kernel's warning.
  PercpuPointer allocate(uint64_t size, uint64_t align, Gfp gfp);
  PercpuPointer allocate(uint64_t size, uint64_t align); ///< __alloc_percpu(): GFP_KERNEL
  void free(PercpuPointer pointer);
  Address at(PercpuPointer pointer, unsigned cpu) const; ///< per_cpu_ptr()
  const PercpuLayout &layout() const { return sizes; }
  uint64_t chunkCount() const { return current.chunks.live(); }
  uint64_t populatedPages() const { return current.populatedPages; } ///< of each unit
  uint64_t emptyPopulatedPages() const { return current.emptyPopulated; }
  /// pcpu_balance_workfn(), which the kernel queues as work.
  void balance();

  struct Chunk {
    Address base;      ///< of CPU 0's unit
    uint32_t freeBits; ///< in units of minimum allocations
    uint32_t pages, populated, emptyPopulated;
    uint32_t start, end; ///< usable bits
    bool immutable, isolated;
    uint8_t slot; ///< list it is in
    uint32_t next, previous;
  };
  struct List {
    uint32_t first, last;
  };
  struct FreeRun {
    uint32_t bits;
  };
  struct Longest {
    uint64_t lastKey;
    uint32_t bits;
    static Longest of(uint64_t key, const FreeRun &run) { return {key, run.bits}; }
    Longest &operator+=(const Longest &other) {
      lastKey = std::max(lastKey, other.lastKey);
      bits = std::max(bits, other.bits);
      return *this;
    }
  };
  struct State {
    CowPool<Chunk> chunks; ///< 1 is the first chunk's dynamic part, 2 the reserved one
    CowArray<List> lists;
    OrderedMap<FreeRun, Longest> freeRuns; ///< by chunk << 32 | bit
    OrderedMap<uint32_t> allocations;      ///< bits, by chunk << 32 | bit
    CowArray<uint64_t> populated;          ///< bitmap of pages, 8 words a chunk
    uint64_t populatedPages = 0, emptyPopulated = 0;
    bool atomicFailed = false;
    bool balanceQueued = false;
    uint8_t warningsLeft = 10;
    Address pageArray = 0; ///< pcpu_get_pages()
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  Kernel &kernel;
  PageAllocator &pages;
  Kmalloc &kmalloc;
  Vmalloc &vmalloc;
  PercpuLayout sizes;
  State current;
};

} // namespace kmem::sim
