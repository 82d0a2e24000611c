// Locks that sleep: mutexes, semaphores, reader/writer semaphores (kernel/locking/).
#include "runtime/models/lock_calls.h"
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

using sim::LockKind, sim::LockMode, sim::LockVariant;
using enum sim::LockKind;
using enum sim::LockMode;

constexpr uint64_t interrupted = uint64_t(-4); ///< -EINTR
constexpr uint64_t deadlock = uint64_t(-35);   ///< -EDEADLK of a ww_mutex

template <LockKind kind, LockMode mode> Values lock(ModelCall &call) {
  acquireAt(call, call.pointer(0), {kind, mode});
  return call.nothing();
}

/// Taken, or given up with an error: for a signal, a time that is over, a deadlock that was avoided.
Values lockOrGiveUp(ModelCall &call, const LockCall &lock, uint64_t error) {
  const Address address = call.pointer(0);
  const bool givesUp = call.unusual(ChoiceKind::Interrupted);
  acquireAt(call, address, lock);
  if (givesUp)
    releaseAt(call, address, lock);
  return call.returns(givesUp ? error : 0);
}
template <LockKind kind, LockMode mode> Values lockInterruptibly(ModelCall &call) {
  return lockOrGiveUp(call, {kind, mode, LockVariant::Interruptible}, interrupted);
}
/// ww_mutex_lock(lock, context): without a context it is a mutex.
Values lockWound(ModelCall &call) {
  if (call.has(1) && call.pointer(1))
    return lockOrGiveUp(call, {Mutex}, deadlock);
  acquireAt(call, call.pointer(0), {Mutex});
  return call.returns(0);
}

template <LockKind kind, LockMode mode> Values unlock(ModelCall &call) {
  releaseAt(call, call.pointer(0), {kind, mode});
  return call.nothing();
}
template <LockKind kind, LockMode mode> Values trylock(ModelCall &call) {
  return call.returns(tryAcquireAt(call, call.pointer(0), {kind, mode}));
}
/// down_trylock() says it the other way round.
Values tryDown(ModelCall &call) { return call.returns(!tryAcquireAt(call, call.pointer(0), {Semaphore})); }

/// From writing to reading, without a gap.
Values downgrade(ModelCall &call) {
  const Address address = call.pointer(0);
  releaseAt(call, address, {RwSemaphore, Exclusive});
  const uint32_t id = call.now.counterparts[unsigned(Counterpart::Lock)].find(address)[0];
  call.kernel().locks.tryAcquire(id, Shared);
  return call.nothing();
}

constexpr ModelRow rows[] = {
    {"mutex_lock", lock<Mutex, Exclusive>},
    {"mutex_lock_interruptible", lockInterruptibly<Mutex, Exclusive>},
    {"mutex_trylock", trylock<Mutex, Exclusive>},
    {"mutex_unlock", unlock<Mutex, Exclusive>},
    {"ww_mutex_lock", lockWound},
    {"rt_mutex_lock", lock<RtMutex, Exclusive>},
    {"rt_mutex_lock_interruptible", lockInterruptibly<RtMutex, Exclusive>},
    {"rt_mutex_trylock", trylock<RtMutex, Exclusive>},
    {"rt_mutex_unlock", unlock<RtMutex, Exclusive>},
    {"down", lock<Semaphore, Exclusive>},
    {"down_interruptible", lockInterruptibly<Semaphore, Exclusive>},
    {"down_trylock", tryDown},
    {"up", unlock<Semaphore, Exclusive>},
    {"down_read", lock<RwSemaphore, Shared>},
    {"down_read_interruptible", lockInterruptibly<RwSemaphore, Shared>},
    {"down_read_trylock", trylock<RwSemaphore, Shared>},
    {"up_read", unlock<RwSemaphore, Shared>},
    {"down_write", lock<RwSemaphore, Exclusive>},
    {"down_write_interruptible", lockInterruptibly<RwSemaphore, Exclusive>},
    {"down_write_trylock", trylock<RwSemaphore, Exclusive>},
    {"up_write", unlock<RwSemaphore, Exclusive>},
    {"downgrade_write", downgrade},
    {"percpu_down_read", lock<PercpuRwSemaphore, Shared>},
    {"percpu_up_read", unlock<PercpuRwSemaphore, Shared>},
    {"percpu_down_write", lock<PercpuRwSemaphore, Exclusive>},
    {"percpu_up_write", unlock<PercpuRwSemaphore, Exclusive>},
};

} // namespace

ModelTable sleepingLockModels() { return rows; }

} // namespace kmem::replay
