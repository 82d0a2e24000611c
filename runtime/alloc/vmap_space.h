// Which addresses of the kernel half are taken, free, or freed and waiting (mm/vmalloc.c: vmap_area and its trees).
// Free ranges are found first fit by address: the lowest one that holds `size` bytes at `align`, judged as the kernel
// does by size + align - 1. With several vmap_nodes (6.12, more than one CPU) purged ranges go to pools by node and
// size, last in first out, and those come first.
//
// Addresses and the names of bookkeeping objects only: nothing here maps, sleeps, prints or allocates. Objects that a
// merge leaves over are returned for the caller to free. A copy is a snapshot.
#pragma once

#include "runtime/kernel/layout.h"
#include "runtime/kernel/ordered_map.h"

#include <vector>

namespace kmem::sim {

/// struct vm_struct and the vmap_area it hangs on. Ranges of vm_map_ram() have no vm_struct.
struct VmArea {
  Address address;
  uint64_t size;          ///< with the guard page
  uint64_t requestedSize; ///< what the caller asked for
  uint64_t flags;         ///< VmFlag bits
  Address pages;          ///< array of struct page pointers, 0 when none
  uint32_t pageCount;     ///< entries of it
  uint8_t pageOrder;      ///< of the mappings: 9 when huge
  uint8_t node;           ///< the vmap_node that gets the range back, plus one; 0: found by its address
  bool isVm;              ///< there is a vm_struct
  bool isBlock;           ///< a vmap block, shared by small vm_map_ram()s
  Physical physical;      ///< of ioremap()
  Address memtype;        ///< its entry in the table of memory types
  Address object;         ///< the vm_struct's own memory
  Address range;          ///< the vmap_area's own memory
  uint64_t mappedEnd() const { return flags & 0x40 /* VM_NO_GUARD */ ? address + size : address + size - pageSize; }
};

class VmapSpace {
public:
  struct Range {
    Address start;
    uint64_t size;
    Address object; ///< memory of its vmap_area, 0 when it lies in the kernel image
  };
  using Objects = std::vector<Address>;

  /// `nodes`: vmap_nodes of this machine; 1 does without pools. `mergeLazy`: waiting ranges merge (6.1).
  explicit VmapSpace(unsigned nodes = 1, bool mergeLazy = false);

  /// Takes the newest range of exactly `size` from a node's pool, if it is aligned.
  std::optional<Range> takePooled(unsigned node, uint64_t size, uint64_t align);
  /// Cuts `size` bytes out of the free space in [start, end). `spare` becomes the object of a second remainder and is
  /// 0 afterwards when it was used; an object that is not needed any more is added to `unused`.
  std::optional<Address> take(uint64_t size, uint64_t align, Address start, Address end, Address &spare,
                              Objects &unused);
  /// Cuts exactly this range out of the free space; false when it is not free.
  bool takeExactly(Address start, uint64_t size, Address &spare, Objects &unused);
  /// The highest start in the vmalloc space below `limit` for `size` free bytes at `align` (percpu chunks).
  std::optional<Address> highestFree(uint64_t size, uint64_t align, Address limit) const;
  void giveBack(const Range &range, Objects &unused);

  void addBusy(const VmArea &area) { busy.set(area.address, area); }
  /// The area that holds `address`, its guard page included.
  std::optional<VmArea> busyAt(Address address) const;
  void update(const VmArea &area) { busy.set(area.address, area); }
  void removeBusy(Address start) { busy.erase(start); }

  /// A range waits for the next purge.
  void addLazy(const Range &range, unsigned node, bool pooled, Objects &unused);
  /// Every waiting range becomes free, or pooled unless `toFree`. True when there was one.
  bool purgeLazy(bool toFree, Objects &unused);
  /// A quarter of every pool, or all of it, becomes free.
  void decayPools(bool all, Objects &unused);

  uint64_t lazyPages() const { return lazyPageCount; }
  uint64_t busyCount() const { return busy.size(); }
  uint64_t freeRangeCount() const { return free.size(); }
  unsigned nodes() const { return nodeCount; }
  unsigned nodeOf(Address address) const { return address / zoneSize() % nodeCount; }
  template <typename Visit> void forEachBusy(Visit visit) const { busy.forEach(visit); }
  template <typename Visit> void forEachFree(Visit visit) const {
    free.forEach([&](uint64_t start, const Free &range) { return visit(start, range.size); });
  }
  template <typename Visit> void forEachLazy(Visit visit) const {
    lazy.forEach([&](uint64_t start, const Lazy &range) { return visit(start, range.size); });
  }

private:
  struct Free {
    uint64_t size;
    Address object;
  };
  struct Largest {
    uint64_t size, end;
    static Largest of(uint64_t start, const Free &range) { return {range.size, start + range.size}; }
    Largest &operator+=(const Largest &other) {
      size = std::max(size, other.size);
      end = std::max(end, other.end);
      return *this;
    }
  };
  struct Lazy {
    uint64_t size;
    Address object;
    uint8_t node;
    bool pooled; ///< comes from a node's allocation and may go to its pool
  };
  struct Pooled {
    Address start;
    Address object;
    uint32_t next, previous;
  };
  struct Pool {
    uint32_t head, tail, length;
  };

  uint64_t zoneSize() const { return nodeCount > 1 ? 16 * pageSize : 1; }
  void cut(uint64_t freeStart, const Free &from, Address start, uint64_t size, Address &spare, Objects &unused);
  void pushPooled(unsigned node, const Range &range, bool front);
  Range popPooled(Pool &pool, uint64_t size);

  OrderedMap<Free, Largest> free;
  OrderedMap<VmArea> busy;
  OrderedMap<Lazy> lazy;
  CowPool<Pooled> pooled;
  CowArray<Pool> pools; ///< node * maxPooledPages + pages - 1
  uint64_t lazyPageCount = 0;
  unsigned nodeCount;
  bool merging;
};

} // namespace kmem::sim
