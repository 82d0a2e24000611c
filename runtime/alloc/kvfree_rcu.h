// kfree_rcu() and kvfree_rcu() of kernel/rcu/tree.c: objects are collected for some seconds, wait for a grace period
// together, and are freed by a worker. Debug objects notice an object that is given twice.
#pragma once

#include "runtime/kernel/cow_array.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/ordered_map.h"

namespace kmem::sim {

class DebugObjects;
class Kvmalloc;

class KvfreeRcu {
public:
  KvfreeRcu(Kernel &kernel, Kvmalloc &kvmalloc, DebugObjects &objects);

  /// kvfree_call_rcu() of the object at `pointer`, with its rcu_head at `head`, or 0 for the form that may sleep.
  void free(Address pointer, Address head);
  /// The checks of call_rcu() for a head in simulated memory: false when it is queued already. Then nothing is called
  /// for it any more (rcu_leak_callback()).
  bool queueHead(Address head, Address function);
  bool isLeaked(Address head) const { return now.leaked.find(head) != nullptr; }
  uint64_t waiting() const { return now.next - now.first; }

  struct State {
    CowArray<Address> objects; ///< numbered through
    uint64_t first = 0, next = 0;
    DeferredId monitor = 0;
    OrderedMap<uint8_t> leaked; ///< heads
    uint32_t doubleFrees = 0;
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  void queueBatch();
  void freeBatch(uint64_t end);

  Kernel &kernel;
  Kvmalloc &kvmalloc;
  DebugObjects &objects;
  CallbackId monitorWork, batchWork;
  State now;
};

} // namespace kmem::sim
