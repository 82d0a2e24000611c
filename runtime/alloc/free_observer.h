// Looks at memory just before it is freed: objects that are still active in it (debug objects), locks that are still
// held (lockdep).
#pragma once

#include "runtime/kernel/layout.h"

#include <cstdint>

namespace kmem::sim {

class FreeObserver {
public:
  virtual ~FreeObserver() = default;
  /// debug_check_no_locks_freed(), and debug_check_no_obj_freed() when `checkObjects`.
  virtual void aboutToFree(Address start, uint64_t bytes, bool checkObjects) = 0;
};

} // namespace kmem::sim
