// might_sleep(), its relatives, and schedule().
#include "runtime/kernel/kernel.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

using Lines = std::vector<std::string>;
constexpr CodeSite site{"f", "drivers/probe.c", 7};

class ContextSleep : public testing::Test {
protected:
  explicit ContextSleep(const char *profile = "612dbg") : kernel(*profileNamed(profile)) {}
  Lines printed() const { return kernel.console.since(0); }
  bool says(const std::string &text) const {
    for (const std::string &line : printed())
      if (line.find(text) != std::string::npos)
        return true;
    return false;
  }
  Kernel kernel;
  Context &context = kernel.context;
};
class ContextSleepProduction : public ContextSleep {
protected:
  ContextSleepProduction() : ContextSleep("deb612") {}
};

TEST_F(ContextSleep, AThreadMaySleep) {
  context.mightSleep(site);
  context.mightFault(site);
  EXPECT_EQ(printed(), Lines());
}

TEST_F(ContextSleep, TheReportHasTheKernelsFields) {
  const LockId lock = kernel.locks.create(LockKind::Spin, "lock");
  kernel.locks.acquire(lock, LockMode::Exclusive, LockVariant::Irq);
  context.mightSleep(site);
  ASSERT_GE(printed().size(), 6u);
  EXPECT_EQ(printed()[0], "BUG: sleeping function called from invalid context at drivers/probe.c:7");
  EXPECT_EQ(printed()[1], "in_atomic(): 1, irqs_disabled(): 1, non_block: 0, pid: 1, name: init");
  EXPECT_EQ(printed()[2], "preempt_count: 1, expected: 0");
  EXPECT_EQ(printed()[3], "RCU nest depth: 0, expected: 0");
  EXPECT_EQ(printed()[4], "1 lock held by init/1:");
  EXPECT_EQ(printed()[5], " #0: (lock){....}-{3:3}");
}

TEST_F(ContextSleep, EachReasonIsEnough) {
  struct Row {
    void (*enter)(Kernel &);
    const char *field;
  };
  const Row rows[] = {
      {[](Kernel &k) { k.context.preemptDisable(); }, "preempt_count: 1, "},
      {[](Kernel &k) { k.context.irqSave(); }, "irqs_disabled(): 1"},
      {[](Kernel &k) { k.context.nonBlockStart(); }, "non_block: 1"},
      {[](Kernel &k) { k.locks.rcuReadLock(); }, "RCU nest depth: 1, "},
  };
  for (const Row &row : rows) {
    Kernel fresh(*profileNamed("61dbg"));
    row.enter(fresh);
    fresh.context.mightSleep(site);
    bool found = false;
    for (const std::string &line : fresh.console.since(0))
      found |= line.find(row.field) != std::string::npos;
    EXPECT_TRUE(found) << row.field;
  }
}

TEST_F(ContextSleep, PrintsAtMostOnceASecond) {
  context.preemptDisable();
  context.mightSleep(site);
  const auto first = printed().size();
  context.mightSleep(site);
  EXPECT_EQ(printed().size(), first);
  context.advanceTo(context.nanoseconds() + 1000000000);
  context.mightSleep(site);
  EXPECT_EQ(printed().size(), 2 * first);
}

TEST_F(ContextSleep, BlockingWhileAboutToWaitIsReported) {
  context.setTaskState(TaskState::Interruptible);
  context.condResched(site); // does not look at the state
  EXPECT_EQ(printed(), Lines());
  context.mightSleep(site);
  EXPECT_TRUE(says("do not call blocking ops when !TASK_RUNNING; state=1 set at"));
}

TEST_F(ContextSleep, NoUserAccessReportWithPageFaultsDisabled) {
  context.preemptDisable();
  context.pagefaultDisable();
  context.mightFault(site);
  EXPECT_EQ(printed(), Lines());
}

TEST_F(ContextSleep, CantSleepIsTheOpposite) {
  context.cantSleep(site);
  EXPECT_TRUE(says("BUG: assuming atomic context at drivers/probe.c:7"));
  Kernel atomic(*profileNamed("612dbg"));
  atomic.context.preemptDisable();
  atomic.context.cantSleep(site);
  EXPECT_TRUE(atomic.console.since(0).empty());
}

TEST_F(ContextSleep, SchedulingWhileAtomicForgetsTheCount) {
  context.preemptDisable();
  context.schedule();
  EXPECT_EQ(printed().front(), "BUG: scheduling while atomic: init/1/0x00000002");
  EXPECT_EQ(context.preemptCount(), 0u);
}

TEST_F(ContextSleep, SchedulingTurnsInterruptsOn) {
  context.irqSave();
  context.schedule();
  EXPECT_FALSE(context.irqsDisabled());
  EXPECT_EQ(printed(), Lines());
}

TEST_F(ContextSleep, ARcuReaderMustNotSwitchByItself) {
  kernel.locks.rcuReadLock();
  context.schedule();
  EXPECT_EQ(printed().front(), "Voluntary context switch within RCU read-side critical section!");
}

TEST_F(ContextSleepProduction, PrintsOnlyWhatItChecks) {
  context.preemptDisable();
  context.mightSleep(site);
  context.cantSleep(site);
  kernel.locks.acquire(kernel.locks.create(LockKind::Mutex, "mutex"));
  EXPECT_EQ(printed(), Lines());
  context.schedule();
  EXPECT_EQ(printed(), Lines{"BUG: scheduling while atomic: init/1/0x00000002"});
}

} // namespace
