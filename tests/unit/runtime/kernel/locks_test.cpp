// Who holds what, and waiting for it.
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/locks_state.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

class LockOwners : public testing::Test {
protected:
  Kernel kernel{*profileNamed("612dbg")};
  Locks &locks = kernel.locks;
};

TEST_F(LockOwners, OneWriterOrManyReaders) {
  const LockId lock = locks.create(LockKind::RwSemaphore, "rwsem");
  EXPECT_TRUE(locks.tryAcquire(lock, LockMode::Shared));
  EXPECT_FALSE(locks.tryAcquire(lock, LockMode::Exclusive));
  locks.release(lock);
  EXPECT_TRUE(locks.tryAcquire(lock, LockMode::Exclusive));
  EXPECT_TRUE(locks.isHeldByCurrent(lock));
  EXPECT_FALSE(locks.tryAcquire(lock, LockMode::Shared));
  locks.release(lock);
  EXPECT_FALSE(locks.isHeldByCurrent(lock));
}

TEST_F(LockOwners, AFailedTrylockLeavesNothingBehind) {
  const LockId lock = locks.create(LockKind::Spin, "spin");
  locks.acquire(lock);
  EXPECT_FALSE(locks.tryAcquire(lock, LockMode::Exclusive, LockVariant::IrqSave));
  EXPECT_EQ(kernel.context.preemptCount(), 1u);
  EXPECT_FALSE(kernel.context.irqsDisabled());
}

TEST_F(LockOwners, ASemaphoreHasNoOwner) {
  const LockId lock = locks.create(LockKind::Semaphore, "semaphore");
  locks.acquire(lock);
  EXPECT_FALSE(locks.tryAcquire(lock));
  locks.release(lock);
  locks.release(lock); // up() without down() counts
  EXPECT_TRUE(locks.tryAcquire(lock));
  EXPECT_TRUE(locks.tryAcquire(lock));
}

TEST_F(LockOwners, AMutexIsWaitedForUntilItsOwnerGivesItAway) {
  const LockId lock = locks.create(LockKind::Mutex, "mutex");
  Context &context = kernel.context;
  const TaskId holder = context.createTask("holder", PfKthread);
  const TaskId self = context.switchTo(holder);
  locks.acquire(lock);
  context.switchTo(self);
  const CallbackId giveAway = kernel.deferred.registerCallback([&](uint64_t) {
    const TaskId before = context.switchTo(holder);
    locks.release(lock);
    context.switchTo(before);
  });
  kernel.deferred.queueDelayedWork(kernel.deferred.create(DeferredKind::Work, giveAway, 0), 10);
  const uint64_t start = context.jiffies();
  locks.acquire(lock);
  EXPECT_TRUE(locks.isHeldByCurrent(lock));
  EXPECT_GE(context.jiffies(), start + 10);
}

TEST_F(LockOwners, AMutexThatNobodyWillGiveAwayHangs) {
  const LockId lock = locks.create(LockKind::Mutex, "mutex");
  const TaskId self = kernel.context.switchTo(kernel.context.createTask("holder", PfKthread));
  locks.acquire(lock);
  kernel.context.switchTo(self);
  EXPECT_THROW(locks.acquire(lock), Death);
}

TEST_F(LockOwners, AGuardDoesNotReleaseWhileTheThreadDies) {
  const LockId zone = locks.of(KernelLock::Zone);
  EXPECT_THROW(
      {
        LockScope scope(kernel, KernelLock::Zone, LockVariant::IrqSave);
        throw Death{DeathKind::Oops};
      },
      Death);
  EXPECT_TRUE(locks.isHeldByCurrent(zone));
  {
    LockScope other(kernel, KernelLock::DmaPool);
  }
  EXPECT_FALSE(locks.isHeldByCurrent(locks.of(KernelLock::DmaPool)));
}

TEST_F(LockOwners, ASnapshotTakesLocksBack) {
  const LockId lock = locks.create(LockKind::RawSpin, "raw");
  const Locks::State before = locks.state();
  locks.acquire(lock);
  locks.restore(before);
  EXPECT_FALSE(locks.isHeldByCurrent(lock));
}

} // namespace
