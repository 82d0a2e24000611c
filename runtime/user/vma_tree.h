// The mappings of all address spaces, in address order, and the search for room between them. A value: copying it is a
// snapshot. Every change keeps each mapping's gapBelow right, so that a search looks only where a gap is large enough.
#pragma once

#include "runtime/kernel/ordered_map.h"
#include "runtime/user/vma.h"

#include <functional>
#include <vector>

namespace kmem::sim {

class VmaTree {
public:
  /// The mapping that contains the address.
  std::optional<Vma> at(MmId mm, Address address) const;
  /// find_vma(): the one that contains the address, or the next above.
  std::optional<Vma> from(MmId mm, Address address) const;
  /// The last one that starts below the address.
  std::optional<Vma> startingBelow(MmId mm, Address address) const;
  /// The first one that has a byte in [start, end).
  std::optional<Vma> intersection(MmId mm, Address start, Address end) const;
  /// All that have a byte in [start, end), lowest first; a copy, so the tree may change meanwhile.
  std::vector<Vma> within(MmId mm, Address start, Address end) const;
  std::vector<Vma> all(MmId mm) const { return within(mm, 0, UINT64_MAX); }

  void insert(MmId mm, Vma vma);
  void erase(MmId mm, const Vma &vma);
  /// `before` becomes `after`; both may start elsewhere.
  void replace(MmId mm, const Vma &before, const Vma &after);

  /// The highest or lowest hole of `length` bytes within [low, high), as far as it lies in there.
  struct Gap {
    Address start, end;
  };
  std::optional<Gap> highestGap(MmId mm, Address low, Address high, uint64_t length) const;
  std::optional<Gap> lowestGap(MmId mm, Address low, Address high, uint64_t length) const;

private:
  struct GapSummary {
    uint64_t largestGap, lowestKey, highestKey;
    static GapSummary of(uint64_t key, const Vma &vma) { return {vma.gapBelow, key, key}; }
    GapSummary &operator+=(const GapSummary &other);
  };
  static constexpr unsigned addressBits = 48;
  static uint64_t key(MmId mm, Address address) { return uint64_t(mm) << addressBits | address; }
  Address endBelow(MmId mm, Address start) const; ///< where the mapping below ends; 0 when there is none
  void updateGap(MmId mm, Address from);          ///< of the first mapping at or above

  OrderedMap<Vma, GapSummary> tree;
};

} // namespace kmem::sim
