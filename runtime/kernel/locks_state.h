// What of Locks changes: lock classes, locks and who holds them.
#pragma once

#include "runtime/kernel/locks.h"

namespace kmem::sim {

inline constexpr unsigned lockNameLength = 40;

struct LockRecord {
  char name[lockNameLength];
  LockKind kind;
  bool live;
  bool irqsWereOff; ///< before an IrqSave acquisition
  uint32_t owner;   ///< task that holds it exclusively, 0 when none does
  uint32_t sharers; ///< how many hold it shared
};

struct Locks::State {
  CowPool<LockRecord> locks;
};

} // namespace kmem::sim
