// RCU: read-side sections, grace periods, and memory that is released after one (include/linux/rcupdate.h,
// kernel/rcu/tree.c).
#include "runtime/models/allocations.h"
#include "runtime/models/lock_calls.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

/// Until 6.2 kvfree_call_rcu() gets the offset of the head instead of the object (kernel/rcu/tree.c).
constexpr uint64_t largestOffset = 4096;

Values readLock(ModelCall &call) {
  call.kernel().locks.rcuReadLock();
  return call.nothing();
}
Values readUnlock(ModelCall &call) {
  leaveRcu(call);
  return call.nothing();
}
Values readDepth(ModelCall &call) { return call.returns(uint64_t(call.context().task().rcuDepth)); }

/// The grace period is over at once: nobody reads.
Values synchronize(ModelCall &call) {
  call.kernel().deferred.synchronizeRcu();
  return call.nothing();
}
Values barrier(ModelCall &call) {
  call.kernel().deferred.rcuBarrier();
  return call.nothing();
}

/// kvfree_call_rcu(head, object)
Values freeAfterGracePeriod(ModelCall &call) {
  const Address head = call.pointer(0);
  const Address second = call.pointer(1);
  const Address object = second < largestOffset ? head - second : second;
  if (!object)
    return call.nothing();
  if (!head)
    call.context().mightSleep(call.calleeSite());
  releaseAt(call, object, [&] { call.system().kvfreeRcu.free(object, head); });
  return call.nothing();
}

constexpr ModelRow rows[] = {
    {"rcu_read_lock", readLock},      {"rcu_read_unlock", readUnlock}, {"rcu_preempt_depth", readDepth},
    {"synchronize_rcu", synchronize}, {"rcu_barrier", barrier},        {"kfree_rcu", freeAfterGracePeriod},
};

} // namespace

ModelTable rcuModels() { return rows; }

} // namespace kmem::replay
