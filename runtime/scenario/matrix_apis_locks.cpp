// Annotations and locks in the group matrix.
#include "runtime/scenario/matrix_probe.h"

namespace kmem::sim {

namespace {

using L = decltype(MatrixFixtures::locks);
constexpr LockMode exclusive = LockMode::Exclusive, shared = LockMode::Shared;

template <LockId L::*lock, LockVariant variant = LockVariant::Plain, LockMode mode = exclusive>
void takeOnce(Probe &x) {
  x.locks.acquire(x.fixtures.locks.*lock, mode, variant);
  x.locks.release(x.fixtures.locks.*lock, variant);
}
template <LockId L::*lock, LockMode mode = exclusive> void tryOnce(Probe &x) {
  x.ret = x.locks.tryAcquire(x.fixtures.locks.*lock, mode);
  if (x.ret)
    x.locks.release(x.fixtures.locks.*lock);
}

// Lines in the recording module's table.
constexpr unsigned mightSleepLine = 124, mightFaultLine = 125, cantSleepLine = 126;

constexpr MatrixApi table[] = {
    {"might_sleep", nullptr, [](Probe &x) { x.context.mightSleep(x.here(mightSleepLine)); }, nullptr},
    {"might_fault", nullptr, [](Probe &x) { x.context.mightFault(x.here(mightFaultLine)); }, nullptr},
    {"cant_sleep", nullptr, [](Probe &x) { x.context.cantSleep(x.here(cantSleepLine)); }, nullptr},
    {"mutex_lock", nullptr, takeOnce<&L::mutex2>, nullptr},
    {"mutex_lock_interruptible", nullptr, takeOnce<&L::mutex2, LockVariant::Interruptible>, nullptr},
    {"mutex_trylock", nullptr, tryOnce<&L::mutex2>, nullptr},
    {"down_read", nullptr, takeOnce<&L::rwsem2, LockVariant::Plain, shared>, nullptr},
    {"down_write", nullptr, takeOnce<&L::rwsem2>, nullptr},
    {"down_read_trylock", nullptr, tryOnce<&L::rwsem2, shared>, nullptr},
    {"down", nullptr, takeOnce<&L::semaphore>, nullptr},
    {"down_interruptible", nullptr, takeOnce<&L::semaphore, LockVariant::Interruptible>, nullptr},
    {"down_trylock", nullptr, tryOnce<&L::semaphore>, nullptr},
    {"spin_lock", nullptr, takeOnce<&L::spin2>, nullptr},
    {"raw_spin_lock", nullptr, takeOnce<&L::raw2>, nullptr},
    {"spin_lock_bh", nullptr, takeOnce<&L::spin3, LockVariant::Bh>, nullptr},
    {"spin_lock_irqsave", nullptr, takeOnce<&L::spin4, LockVariant::IrqSave>, nullptr},
    {"local_bh_disable_enable", nullptr,
     [](Probe &x) {
       x.context.bhDisable();
       x.context.bhEnable();
     },
     nullptr},
    {"rcu_read_lock", nullptr,
     [](Probe &x) {
       x.locks.rcuReadLock();
       x.locks.rcuReadUnlock();
     },
     nullptr},
};

} // namespace

llvm::ArrayRef<MatrixApi> matrixLockApis() { return table; }

} // namespace kmem::sim
