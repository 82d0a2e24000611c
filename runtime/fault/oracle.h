// The one place that decides what may go either way: whether an allocation fails, a user copy faults, a trylock
// succeeds, an interrupt arrives. Allocators ask and obey. Every answer is recorded; a record is a script that gives
// the same run again.
#pragma once

#include "runtime/kernel/gfp.h"

#include <cstdint>

namespace kmem::sim {

enum class DecisionPoint : uint8_t { Slab, PageAlloc, UserCopy, PageFault, TryLock, Interrupt, SchedulePreempt };

/// What is to be decided; the fields that a point does not have are 0.
struct Question {
  DecisionPoint point;
  Gfp gfp = 0;
  unsigned order = 0;       ///< of a page allocation
  uint64_t size = 0;        ///< bytes asked for
  bool cacheMarked = false; ///< SLAB_FAILSLAB on the cache (cache_filter)
};

class Oracle {
public:
  virtual ~Oracle() = default;
  /// True: the bad thing happens.
  virtual bool decide(const Question &question) = 0;
};

} // namespace kmem::sim
