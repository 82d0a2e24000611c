// mm/mempool.c: a pool keeps min_nr elements back for the time when the allocator under it has none. Elements come from
// kmalloc, a slab cache or the page allocator. An allocation that may sleep waits for an element, for ever if need be.
#pragma once

#include "runtime/kernel/cow_pool.h"
#include "runtime/kernel/kernel.h"

namespace kmem::sim {

class Kmalloc;
class PageAllocator;
class Slub;

enum class ElementKind : uint8_t { Kmalloc, Slab, Pages };

using MempoolId = uint32_t; ///< 0 is NULL

struct Mempool {
  ElementKind kind;
  uint64_t parameter; ///< bytes, CacheId or order
  uint32_t minimum;   ///< min_nr
  uint32_t current;   ///< curr_nr
  Address object;     ///< mempool_t in the slab
  Address elements;   ///< its array of element pointers (of struct page pointers for pages)
};

class Mempools {
public:
  Mempools(Kernel &kernel, PageAllocator &pages, Slub &slub, Kmalloc &kmalloc);

  MempoolId createKmalloc(uint32_t minimum, uint64_t size);
  MempoolId createSlab(uint32_t minimum, uint32_t cache);
  MempoolId createPages(uint32_t minimum, unsigned order);
  void destroy(MempoolId pool);
  /// 0, or a negative errno.
  int resize(MempoolId pool, uint32_t minimum);
  /// The element (the address of its struct page for page pools), 0 when there is none and the flags forbid waiting.
  Address allocate(MempoolId pool, Gfp gfp);
  Address allocatePreallocated(MempoolId pool); ///< mempool_alloc_preallocated(), 6.12
  void free(MempoolId pool, Address element);
  const Mempool &operator[](MempoolId pool) const { return current.pools[pool]; }

  struct State {
    CowPool<Mempool> pools;
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  MempoolId create(ElementKind kind, uint64_t parameter, uint32_t minimum);
  Address allocateElement(const Mempool &pool, Gfp gfp);
  void freeElement(const Mempool &pool, Address element);
  void addElement(MempoolId pool, Address element);
  Address removeElement(MempoolId pool);
  Address removeElementLocked(MempoolId pool);

  Kernel &kernel;
  PageAllocator &pages;
  Slub &slub;
  Kmalloc &kmalloc;
  State current;
};

} // namespace kmem::sim
