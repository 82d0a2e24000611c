// KASAN's quarantine: freed objects wait before the slab allocator gets them back, so that a use after free hits memory
// that is still poisoned (mm/kasan/quarantine.c). A queue for each CPU, moved in batches to a global one that may hold
// a fraction of memory. A copy is a snapshot.
#pragma once

#include "runtime/alloc/kmem_cache.h"
#include "runtime/kernel/cow_array.h"

#include <vector>

namespace kmem::sim {

class KasanQuarantine {
public:
  struct Object {
    Address address;
    CacheId cache;
    uint32_t bytes; ///< of its slot
  };

  /// `totalRam` in bytes and the number of CPUs bound what may wait.
  KasanQuarantine(uint64_t totalRam, unsigned cpus);

  void put(unsigned cpu, const Object &object);
  /// kasan_quarantine_reduce(): what has to leave now, oldest first; usually nothing.
  std::vector<Object> reduce();
  /// kasan_quarantine_remove_cache(): all objects of the cache.
  std::vector<Object> removeCache(CacheId cache);
  uint64_t bytes() const { return globalBytes; } ///< in the global queue

private:
  /// Entries are numbered through; removed ones stay as holes with address 0.
  struct Queue {
    uint64_t first, next;
    uint64_t bytes;
  };
  struct Batch {
    uint64_t end; ///< number of the entry behind its last
    uint64_t bytes;
  };
  static uint64_t indexInCpuQueue(unsigned cpu, uint64_t number) { return (uint64_t(cpu + 1) << 40) + number; }
  void moveToGlobal(unsigned cpu);

  uint64_t maximum, batchBytes;
  CowArray<Object> entries; ///< the global queue, then each CPU's at indexInCpuQueue()
  CowArray<Queue> cpuQueues;
  CowArray<Batch> batches;
  uint64_t firstBatch = 0, lastBatch = 0;
  uint64_t firstGlobal = 0, nextGlobal = 0;
  uint64_t globalBytes = 0;
};

} // namespace kmem::sim
