// Records of one plain type, named by small numbers instead of pointers, so that a copy of the pool is a snapshot of
// all of them and of every link between them. Number 0 is nobody. Deterministic: a freed number is the next one given
// out.
#pragma once

#include "runtime/kernel/cow_array.h"

namespace kmem::sim {

template <typename T> class CowPool {
public:
  using Ref = uint32_t;
  static constexpr Ref none = 0;

  /// A zeroed record.
  Ref allocate() {
    ++liveCount;
    if (firstFree != none) {
      const Ref ref = firstFree;
      firstFree = nextFree.read(ref);
      items.write(ref) = T{};
      return ref;
    }
    items.write(++last) = T{};
    return last;
  }
  void free(Ref ref) {
    assert(ref != none && ref <= last && liveCount > 0);
    nextFree.write(ref) = firstFree;
    firstFree = ref;
    --liveCount;
  }
  const T &operator[](Ref ref) const { return items.read(ref); }
  /// For changing. The reference is good until the next write to the pool.
  T &write(Ref ref) {
    assert(ref != none && ref <= last);
    return items.write(ref);
  }
  uint64_t live() const { return liveCount; }

private:
  CowArray<T> items;
  CowArray<Ref> nextFree;
  Ref firstFree = none;
  Ref last = none;
  uint64_t liveCount = 0;
};

} // namespace kmem::sim
