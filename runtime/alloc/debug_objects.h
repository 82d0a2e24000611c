// What lies in memory and must not be freed with it: timers, work items and RCU heads that are still active
// (lib/debugobjects.c, with CONFIG_DEBUG_OBJECTS), locks that are still held (debug_check_no_locks_freed() of lockdep).
// The allocators ask before each free. Where the profile has neither, nothing is found.
//
// The users of timers and locks have them as numbers; here they are given the address where the C structure would be.
#pragma once

#include "runtime/alloc/free_observer.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/ordered_map.h"

namespace kmem::sim {

enum class DebugObjectType : uint8_t { Timer, Work, RcuHead };

class DebugObjects final : public FreeObserver {
public:
  explicit DebugObjects(Kernel &kernel) : kernel(kernel) {}

  /// debug_object_init(): `item` is cancelled when its memory is freed; `hint` is the function that reports name.
  void init(DebugObjectType type, Address address, DeferredId item, Address hint);
  /// debug_object_activate(): false, after the report, when it is active already.
  bool activate(Address address);
  void deactivate(Address address);
  /// debug_rcu_head_queue(): activates a head that nobody initialised; false after its reports when it is queued
  /// already.
  bool queueRcuHead(Address head, Address hint = 0);
  void unqueueRcuHead(Address head);
  /// debug_object_free()
  void forget(Address address) { now.objects.erase(address); }

  /// A lock of `bytes` lies here.
  void placeLock(Address address, uint64_t bytes, LockId lock);

  void aboutToFree(Address start, uint64_t bytes, bool checkObjects) override;

  struct Tracked {
    DebugObjectType type;
    bool active, queued;
    DeferredId item;
    Address hint;
  };
  struct PlacedLock {
    LockId lock;
    uint32_t bytes;
  };
  struct State {
    OrderedMap<Tracked> objects;  ///< by address
    OrderedMap<PlacedLock> locks; ///< by address
    uint32_t reports = 0;
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  void report(const char *message, Address address, const Tracked &object);
  void checkLocks(Address start, uint64_t bytes);
  void checkObjects(Address start, uint64_t bytes);

  Kernel &kernel;
  State now;
};

} // namespace kmem::sim
