// What of Deferred changes.
#pragma once

#include "runtime/kernel/deferred.h"

namespace kmem::sim {

struct Deferred::State {
  CowPool<DeferredItem> items;
  OrderedMap<DeferredId> queues[deferredKindCount];
  OrderedMap<DeferredId> delayedWork; ///< by nanoseconds when it is queued
  uint64_t nextKey = 1;
  uint32_t softirqPending = 0;
  bool softirqdWoken = false;
  bool handlingInterrupts = false;
  IrqLine lines[maxIrqLines] = {};
  uint32_t notOnStackReports = 0; ///< the limit of debug_object_is_on_stack()
  TaskId ksoftirqd = 0, stopper = 0, worker = 0, rcuTask = 0, kswapd = 0;
};

} // namespace kmem::sim
