#include "runtime/user/malloc.h"

#include "runtime/kernel/death.h"
#include "runtime/user/ptmalloc.h"

namespace kmem::sim {

/// Runs one call; what kills the process is in the result.
template <typename Call> MallocResult Malloc::guarded(MmId mm, Call call) {
  Ptmalloc heap(parts, faults, mappings, mm);
  MallocResult result;
  try {
    result.address = call(heap);
  } catch (const Death &death) {
    if (death.kind != DeathKind::Signal)
      throw;
    result.abortText = heap.abortText;
    result.signal = heap.signal;
  }
  return result;
}

MallocResult Malloc::malloc(MmId mm, uint64_t size) {
  return guarded(mm, [&](Ptmalloc &heap) { return heap.malloc(size); });
}
MallocResult Malloc::calloc(MmId mm, uint64_t count, uint64_t size) {
  return guarded(mm, [&](Ptmalloc &heap) { return heap.calloc(count, size); });
}
MallocResult Malloc::realloc(MmId mm, Address memory, uint64_t size) {
  return guarded(mm, [&](Ptmalloc &heap) { return heap.realloc(memory, size); });
}
MallocResult Malloc::memalign(MmId mm, uint64_t alignment, uint64_t size) {
  return guarded(mm, [&](Ptmalloc &heap) { return heap.memalign(alignment, size); });
}
MallocResult Malloc::free(MmId mm, Address memory) {
  return guarded(mm, [&](Ptmalloc &heap) {
    heap.free(memory);
    return Address(0);
  });
}

bool Malloc::mallopt(MmId mm, Mallopt parameter, int64_t value) {
  bool taken = false;
  guarded(mm, [&](Ptmalloc &heap) {
    taken = heap.mallopt(parameter, value);
    return Address(0);
  });
  return taken;
}

uint64_t Malloc::usableSize(MmId mm, Address memory) {
  return guarded(mm, [&](Ptmalloc &heap) { return heap.usableSize(memory); }).address;
}

bool Malloc::trim(MmId mm, uint64_t pad) {
  bool released = false;
  guarded(mm, [&](Ptmalloc &heap) {
    released = heap.trim(pad);
    return Address(0);
  });
  return released;
}

ChunkHeader Malloc::header(MmId mm, Address memory) {
  ChunkHeader header{};
  guarded(mm, [&](Ptmalloc &heap) {
    header = heap.header(memory);
    return Address(0);
  });
  return header;
}

MallocStatistics Malloc::statistics(MmId mm) {
  MallocStatistics statistics{};
  guarded(mm, [&](Ptmalloc &heap) {
    statistics = heap.statistics();
    return Address(0);
  });
  return statistics;
}

} // namespace kmem::sim
