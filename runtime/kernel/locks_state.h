// What of Locks changes: locks, who holds them, and what lockdep learned of their classes.
#pragma once

#include "runtime/kernel/locks.h"

namespace kmem::sim {

struct LockRecord {
  LockClassId lockClass;
  LockKind kind;
  bool irqsWereOff; ///< before an IrqSave acquisition
  TaskId owner;     ///< who holds it exclusively, 0 when nobody does
  uint32_t sharers; ///< how many hold it shared
  int32_t count;    ///< of a semaphore
};

struct Locks::State {
  CowPool<LockRecord> locks;
  Lockdep::State lockdep; ///< as of the last state()
};

} // namespace kmem::sim
