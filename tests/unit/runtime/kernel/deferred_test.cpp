// What runs later, and in which context.
#include "runtime/kernel/deferred_state.h"
#include "runtime/kernel/kernel.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

class DeferredRun : public testing::Test {
protected:
  struct Seen {
    uint32_t count;
    bool irqsOff;
    std::string comm;
    bool operator==(const Seen &) const = default;
  };
  CallbackId record() {
    return deferred.registerCallback([this](uint64_t argument) {
      seen.push_back({context.preemptCount(), context.irqsDisabled(), context.task().comm});
      arguments.push_back(argument);
    });
  }
  DeferredId make(DeferredKind kind, uint64_t argument = 0) { return deferred.create(kind, callback, argument); }

  Kernel kernel{*profileNamed("612dbg")};
  Context &context = kernel.context;
  Deferred &deferred = kernel.deferred;
  std::vector<Seen> seen;
  std::vector<uint64_t> arguments;
  CallbackId callback = record();
};

TEST_F(DeferredRun, EachInItsContext) {
  deferred.queueIrqWork(make(DeferredKind::IrqWorkHard));
  deferred.scheduleTasklet(make(DeferredKind::Tasklet));
  deferred.runPending();
  deferred.queueWork(make(DeferredKind::Work));
  deferred.runPending();
  deferred.queueWork(make(DeferredKind::WorkBh));
  deferred.runPending();
  const std::vector<Seen> expected = {
      {0x10001, true, "init"}, {0x100, false, "ksoftirqd/0"}, {0, false, "kworker/0:1"}, {0x100, false, "ksoftirqd/0"}};
  EXPECT_EQ(seen, expected);
}

TEST_F(DeferredRun, TimersInterruptTheIdleTask) {
  deferred.startHrtimer(make(DeferredKind::HrtimerHard), 1000000);
  deferred.startHrtimer(make(DeferredKind::HrtimerSoft), 2000000);
  deferred.modifyTimer(make(DeferredKind::Timer), context.jiffies() + 3);
  deferred.callRcu(callback, 0);
  deferred.advance(100000000);
  const std::vector<Seen> expected = {{0x10001, true, "swapper/0"},
                                      {0x101, false, "swapper/0"},
                                      {0x101, false, "swapper/0"},
                                      {0x101, false, "swapper/0"}};
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(context.preemptCount(), 0u);
  EXPECT_FALSE(context.irqsDisabled());
}

TEST_F(DeferredRun, InTheOrderOfTime) {
  deferred.startHrtimer(make(DeferredKind::HrtimerHard, 2), 5000);
  deferred.startHrtimer(make(DeferredKind::HrtimerHard, 1), 4000);
  deferred.startHrtimer(make(DeferredKind::HrtimerHard, 3), 5000);
  deferred.advance(4500);
  EXPECT_EQ(arguments, std::vector<uint64_t>{1});
  deferred.advance(4500);
  EXPECT_EQ(arguments, (std::vector<uint64_t>{1, 2, 3}));
}

TEST_F(DeferredRun, ALineWaitsForInterruptsToBeOn) {
  ASSERT_TRUE(deferred.requestIrq(5, "probe", callback, 0, 0));
  const bool before = context.irqSave();
  deferred.raise(5);
  EXPECT_TRUE(seen.empty());
  context.irqRestore(before);
  EXPECT_EQ(seen, (std::vector<Seen>{{0x10000, true, "init"}}));
  deferred.disableIrq(5);
  deferred.raise(5);
  EXPECT_EQ(seen.size(), 1u);
  deferred.enableIrq(5);
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(DeferredRun, AThreadedHandlerRunsInItsTask) {
  const CallbackId hard = deferred.registerCallback([this](uint64_t) { deferred.wakeThread(5); });
  deferred.requestIrq(5, "probe", hard, callback, 0);
  deferred.raise(5);
  EXPECT_TRUE(seen.empty());
  deferred.runPending();
  EXPECT_EQ(seen, (std::vector<Seen>{{0, false, "irq/5-probe"}}));
}

TEST_F(DeferredRun, BottomHalvesRunWhenTheyAreEnabled) {
  context.bhDisable();
  deferred.scheduleTasklet(make(DeferredKind::Tasklet));
  deferred.runPending();
  EXPECT_TRUE(seen.empty());
  context.bhEnable();
  EXPECT_EQ(seen, (std::vector<Seen>{{0x101, false, "init"}}));
}

TEST_F(DeferredRun, WhatIsPendingIsNotQueuedTwice) {
  const DeferredId work = make(DeferredKind::Work);
  EXPECT_TRUE(deferred.queueWork(work));
  EXPECT_FALSE(deferred.queueWork(work));
  EXPECT_TRUE(deferred.cancelWorkSync(work));
  EXPECT_FALSE(deferred.flushWork(work));
  deferred.runPending();
  EXPECT_TRUE(seen.empty());
}

TEST_F(DeferredRun, FlushingWaits) {
  const DeferredId work = make(DeferredKind::Work);
  deferred.queueDelayedWork(work, 50);
  EXPECT_TRUE(deferred.flushWork(work));
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(DeferredRun, AGracePeriodTakesTimeAndRunsWhatIsQueued) {
  deferred.callRcu(callback, 7);
  const uint64_t start = context.jiffies();
  deferred.synchronizeRcu();
  EXPECT_EQ(arguments, std::vector<uint64_t>{7});
  EXPECT_GT(context.jiffies(), start);
}

TEST_F(DeferredRun, OtherCpusRunInTheirOwnContext) {
  deferred.smpCall(1, callback, 0);
  EXPECT_EQ(seen, (std::vector<Seen>{{0x10001, true, "swapper/1"}}));
  EXPECT_EQ(context.cpu(), 0u);
}

TEST_F(DeferredRun, StoppedMachinesRunInTheStopper) {
  deferred.stopMachine(callback, 0);
  EXPECT_EQ(seen, (std::vector<Seen>{{1, true, "migration/0"}}));
}

TEST_F(DeferredRun, WaitingForWhatNeverComesHangs) {
  EXPECT_THROW(deferred.waitUntil([] { return false; }), Death);
  EXPECT_FALSE(deferred.waitUntil([] { return false; }, 1000));
}

TEST_F(DeferredRun, WhatLeaksIsReported) {
  const CallbackId leak = deferred.registerCallback([this](uint64_t) { context.preemptDisable(); });
  const auto linesOf = [&](const std::function<void()> &run) {
    const Console::Mark mark = kernel.console.mark();
    run();
    return kernel.console.since(mark);
  };
  const auto work = linesOf([&] {
    deferred.queueWork(deferred.create(DeferredKind::Work, leak, 0));
    deferred.runPending();
  });
  ASSERT_FALSE(work.empty());
  EXPECT_EQ(work.front().rfind("BUG: workqueue leaked atomic, lock or RCU: kworker/0:1[", 0), 0u);
  const auto tasklet = linesOf([&] {
    deferred.scheduleTasklet(deferred.create(DeferredKind::Tasklet, leak, 0));
    deferred.runPending();
  });
  EXPECT_EQ(tasklet, std::vector<std::string>{
                         "huh, entered softirq 6 TASKLET with preempt_count 00000100, exited with 00000101?"});
  const auto timer = linesOf([&] {
    deferred.modifyTimer(deferred.create(DeferredKind::Timer, leak, 0), context.jiffies() + 1);
    deferred.advance(10000000);
  });
  ASSERT_FALSE(timer.empty());
  EXPECT_EQ(timer.front(), "timer: preempt leak: 00000101 -> 00000102");
}

TEST_F(DeferredRun, AHandlerThatEnablesInterruptsIsReported) {
  kernel.reports.turnOffLockDebugging(); // lockdep says it first
  const CallbackId enable = deferred.registerCallback([this](uint64_t) { context.irqRestore(false); });
  deferred.requestIrq(5, "probe", enable, 0, 0);
  deferred.raise(5);
  EXPECT_EQ(kernel.console.since(0).front(), "irq 5 handler enabled interrupts");
}

TEST_F(DeferredRun, ASnapshotTakesPendingThingsBack) {
  const DeferredId work = make(DeferredKind::Work);
  const Deferred::State before = deferred.state();
  deferred.queueWork(work);
  deferred.startHrtimer(make(DeferredKind::HrtimerHard), 1);
  deferred.restore(before);
  EXPECT_FALSE(deferred.isPending(work));
  deferred.advance(1000000);
  EXPECT_TRUE(seen.empty());
}

} // namespace
