// Reports about locks that depend on one thread alone.
#include "runtime/kernel/kernel.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

class LockReports : public testing::Test {
protected:
  std::string first() const { return kernel.console.since(0).empty() ? "" : kernel.console.since(0).front(); }
  bool says(const std::string &text) const {
    for (const std::string &line : kernel.console.since(0))
      if (line.find(text) != std::string::npos)
        return true;
    return false;
  }
  LockId make(LockKind kind) { return locks.create(kind, "lock"); }

  Kernel kernel{*profileNamed("612dbg")};
  Context &context = kernel.context;
  Locks &locks = kernel.locks;
};

TEST_F(LockReports, ASpinlockInsideARawSpinlock) {
  locks.acquire(make(LockKind::RawSpin));
  locks.acquire(make(LockKind::Spin));
  EXPECT_EQ(first(), "[ BUG: Invalid wait context ]");
  EXPECT_TRUE(says("context-{5:5}"));
  EXPECT_FALSE(kernel.reports.lockDebugging());
}

TEST_F(LockReports, OnlyWithRawLockNesting) {
  Profile profile = *profileNamed("612dbg");
  profile.proveRawLockNesting = false;
  Kernel other(profile);
  other.locks.acquire(other.locks.create(LockKind::RawSpin, "raw"));
  other.locks.acquire(other.locks.create(LockKind::Spin, "spin"));
  EXPECT_TRUE(other.console.since(0).empty());
}

TEST_F(LockReports, AMutexInsideASpinlockSleepsFirst) {
  locks.acquire(make(LockKind::Spin));
  locks.acquire(make(LockKind::Mutex));
  EXPECT_EQ(first(), "BUG: sleeping function called from invalid context at kernel/locking/mutex.c:586");
  EXPECT_TRUE(says("[ BUG: Invalid wait context ]"));
}

TEST_F(LockReports, AHardInterruptTakesRawSpinlocksOnly) {
  const auto before = context.enterHardirq();
  const LockId raw = make(LockKind::RawSpin);
  locks.acquire(raw);
  locks.release(raw);
  EXPECT_EQ(first(), "");
  locks.acquire(make(LockKind::Spin));
  EXPECT_TRUE(says("context-{2:2}"));
  context.leaveHardirq(before);
}

TEST_F(LockReports, AHandlerThatMayBeThreadedTakesSpinlocks) {
  const auto before = context.enterHardirq();
  context.markInterruptThreaded();
  const LockId spin = make(LockKind::Spin);
  locks.acquire(spin);
  locks.release(spin);
  context.leaveHardirq(before);
  EXPECT_EQ(first(), "");
}

TEST_F(LockReports, ATrylockWaitsForNothing) {
  locks.acquire(make(LockKind::RawSpin));
  EXPECT_TRUE(locks.tryAcquire(make(LockKind::Spin)));
  EXPECT_EQ(first(), "");
}

TEST_F(LockReports, TakenWithInterruptsOnAndInAnInterrupt) {
  const LockId lock = make(LockKind::RawSpin);
  locks.acquire(lock);
  locks.release(lock);
  const auto before = context.enterHardirq();
  locks.acquire(lock);
  EXPECT_EQ(first(), "WARNING: inconsistent lock state");
  EXPECT_TRUE(says("inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage."));
  locks.release(lock);
  context.leaveHardirq(before);
}

TEST_F(LockReports, RearmingForgetsUsage) {
  kernel.reports.rearm();
  const LockId lock = make(LockKind::RawSpin);
  locks.acquire(lock);
  locks.release(lock);
  kernel.reports.rearm();
  const auto before = context.enterHardirq();
  locks.acquire(lock);
  locks.release(lock);
  context.leaveHardirq(before);
  EXPECT_EQ(first(), "");
}

TEST_F(LockReports, RearmingForgetsWhatWasReleasedUnseen) {
  const LockId raw = make(LockKind::RawSpin), spin = make(LockKind::Spin);
  const TaskId other = context.createTask("other", PfKthread);
  const TaskId self = context.switchTo(other);
  locks.acquire(raw);
  locks.acquire(spin); // the report, after which releases are not seen
  locks.release(spin);
  locks.release(raw);
  context.switchTo(self);
  kernel.reports.rearm();
  const Console::Mark mark = kernel.console.mark();
  context.switchTo(other);
  locks.acquire(spin);
  locks.release(spin);
  EXPECT_TRUE(kernel.console.since(mark).empty());
}

TEST_F(LockReports, ReclaimIsALockOfAllocations) {
  const GfpFlags &flags = kernel.profile.gfp;
  const auto before = context.enterHardirq();
  context.mightAlloc(flags.kernel() & ~flags.fs);
  EXPECT_EQ(first(), "BUG: sleeping function called from invalid context at include/linux/sched/mm.h:321");
  context.mightAlloc(flags.kernel());
  EXPECT_TRUE(says("inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage."));
  context.leaveHardirq(before);
}

TEST_F(LockReports, TheFirstReportDecides) {
  const auto before = context.enterHardirq();
  locks.acquire(make(LockKind::Spin));
  const auto lines = kernel.console.since(0).size();
  locks.acquire(make(LockKind::Mutex), LockMode::Exclusive);
  EXPECT_FALSE(says("inconsistent"));
  EXPECT_GT(kernel.console.since(0).size(), lines); // might_sleep() goes on
  context.leaveHardirq(before);
}

TEST_F(LockReports, TakingALockTwiceIsReportedAndHangs) {
  const LockId lock = make(LockKind::Spin);
  locks.acquire(lock);
  try {
    locks.acquire(lock);
    FAIL() << "the CPU spins for ever";
  } catch (const Death &death) {
    EXPECT_EQ(death.kind, DeathKind::Hang);
  }
  EXPECT_EQ(first(), "WARNING: possible recursive locking detected");
}

TEST_F(LockReports, ReleasingWhatNobodyHolds) {
  const LockId lock = make(LockKind::Mutex);
  locks.release(lock);
  EXPECT_EQ(first(), "WARNING: bad unlock balance detected!");
}

TEST_F(LockReports, RcuSectionsThatMustNotSleep) {
  locks.rcuReadLockSched();
  context.mightSleep({"f", "drivers/probe.c", 7});
  EXPECT_EQ(first(), "WARNING: suspicious RCU usage");
  EXPECT_TRUE(says("Illegal context switch in RCU-sched read-side critical section!"));
  EXPECT_TRUE(kernel.reports.lockDebugging());
  locks.rcuReadUnlockSched();
}

TEST_F(LockReports, InterruptsOnInAHandler) {
  const auto before = context.enterHardirq();
  context.irqRestore(false);
  EXPECT_EQ(first(), "DEBUG_LOCKS_WARN_ON(lockdep_hardirq_context())");
  context.leaveHardirq(before);
}

TEST_F(LockReports, LocksHeldOverEnabledInterruptsAreMarked) {
  const LockId lock = make(LockKind::RawSpin);
  const auto before = context.enterHardirq();
  locks.acquire(lock);
  locks.release(lock);
  context.leaveHardirq(before);
  locks.acquire(lock, LockMode::Exclusive, LockVariant::Irq);
  context.irqRestore(false);
  EXPECT_TRUE(says("inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage."));
  locks.release(lock);
}

} // namespace
