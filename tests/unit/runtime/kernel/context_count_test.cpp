// preempt_count and the interrupt flag.
#include "runtime/kernel/context_state.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/locks_state.h"

#include <functional>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace kmem::sim;

namespace {

struct Step {
  const char *name;
  std::function<void(Kernel &)> enter, leave;
  uint32_t count;   ///< what it adds to preempt_count
  bool disablesIrq; ///< while it lasts
};

const std::vector<Step> &steps() {
  static const std::vector<Step> all = {
      {"preempt_disable", [](Kernel &k) { k.context.preemptDisable(); }, [](Kernel &k) { k.context.preemptEnable(); },
       1, false},
      {"local_bh_disable", [](Kernel &k) { k.context.bhDisable(); }, [](Kernel &k) { k.context.bhEnable(); }, 0x200,
       false},
      {"kmap_atomic", [](Kernel &k) { k.context.kmapAtomic(); }, [](Kernel &k) { k.context.kunmapAtomic(); }, 1, false},
      {"rcu_read_lock", [](Kernel &k) { k.locks.rcuReadLock(); }, [](Kernel &k) { k.locks.rcuReadUnlock(); }, 0, false},
      {"rcu_read_lock_bh", [](Kernel &k) { k.locks.rcuReadLockBh(); }, [](Kernel &k) { k.locks.rcuReadUnlockBh(); },
       0x200, false},
      {"rcu_read_lock_sched", [](Kernel &k) { k.locks.rcuReadLockSched(); },
       [](Kernel &k) { k.locks.rcuReadUnlockSched(); }, 1, false},
      {"migrate_disable", [](Kernel &k) { k.context.migrateDisable(); }, [](Kernel &k) { k.context.migrateEnable(); },
       0, false},
      {"pagefault_disable", [](Kernel &k) { k.context.pagefaultDisable(); },
       [](Kernel &k) { k.context.pagefaultEnable(); }, 0, false},
      {"non_block_start", [](Kernel &k) { k.context.nonBlockStart(); }, [](Kernel &k) { k.context.nonBlockEnd(); }, 0,
       false},
  };
  return all;
}

class ContextCount : public testing::Test {
protected:
  Kernel kernel{*profileNamed("612dbg")};
  Context &context = kernel.context;
};

TEST_F(ContextCount, BootsInAThreadThatMaySleep) {
  EXPECT_EQ(context.preemptCount(), 0u);
  EXPECT_FALSE(context.irqsDisabled());
  EXPECT_TRUE(context.inTask());
}

TEST_F(ContextCount, EveryStepAddsItsAmount) {
  for (const Step &step : steps()) {
    step.enter(kernel);
    EXPECT_EQ(context.preemptCount(), step.count) << step.name;
    EXPECT_EQ(context.irqsDisabled(), step.disablesIrq) << step.name;
    step.leave(kernel);
    EXPECT_EQ(context.preemptCount(), 0u) << step.name;
  }
}

TEST_F(ContextCount, SpinLocksByVariant) {
  const LockId lock = kernel.locks.create(LockKind::Spin, "lock");
  struct Row {
    LockVariant variant;
    uint32_t count;
    bool irqsOff;
  };
  for (const Row &row : {Row{LockVariant::Plain, 1, false}, Row{LockVariant::Bh, 0x201, false},
                         Row{LockVariant::Irq, 1, true}, Row{LockVariant::IrqSave, 1, true}}) {
    kernel.locks.acquire(lock, LockMode::Exclusive, row.variant);
    EXPECT_EQ(context.preemptCount(), row.count);
    EXPECT_EQ(context.irqsDisabled(), row.irqsOff);
    kernel.locks.release(lock, row.variant);
    EXPECT_EQ(context.preemptCount(), 0u);
    EXPECT_FALSE(context.irqsDisabled());
  }
}

TEST_F(ContextCount, IrqSaveGoesBackToWhatWasBefore) {
  const LockId outer = kernel.locks.create(LockKind::RawSpin, "outer");
  const LockId inner = kernel.locks.create(LockKind::RawSpin, "inner");
  kernel.locks.acquire(outer, LockMode::Exclusive, LockVariant::IrqSave);
  kernel.locks.acquire(inner, LockMode::Exclusive, LockVariant::IrqSave);
  kernel.locks.release(inner, LockVariant::IrqSave);
  EXPECT_TRUE(context.irqsDisabled());
  kernel.locks.release(outer, LockVariant::IrqSave);
  EXPECT_FALSE(context.irqsDisabled());
}

TEST_F(ContextCount, ALocalLockWithInterruptsOffLeavesThePreemptionAlone) {
  const LockId lock = kernel.locks.create(LockKind::Local, "lock");
  kernel.locks.acquire(lock, LockMode::Exclusive, LockVariant::IrqSave);
  EXPECT_EQ(context.preemptCount(), 0u);
  EXPECT_TRUE(context.irqsDisabled());
  kernel.locks.release(lock, LockVariant::IrqSave);
  kernel.locks.acquire(lock);
  EXPECT_EQ(context.preemptCount(), 1u);
  kernel.locks.release(lock);
}

TEST_F(ContextCount, AnNmiCountsAsAnInterruptToo) {
  const Context::InterruptedState before = context.enterNmi();
  EXPECT_EQ(context.preemptCount(), 0x110000u);
  EXPECT_TRUE(context.inNmi());
  EXPECT_TRUE(context.inHardirq());
  context.leaveNmi(before);
  EXPECT_EQ(context.preemptCount(), 0u);
  EXPECT_FALSE(context.irqsDisabled());
}

TEST_F(ContextCount, AnUnderflowIsRefusedAndEndsLockDebugging) {
  context.preemptEnable();
  EXPECT_EQ(context.preemptCount(), 0u);
  EXPECT_FALSE(kernel.reports.lockDebugging());
  EXPECT_EQ(kernel.console.since(0).front(), "DEBUG_LOCKS_WARN_ON(val > preempt_count())");
}

TEST_F(ContextCount, MemallocScopesTakeFlagsAway) {
  const GfpFlags &flags = kernel.profile.gfp;
  const uint32_t before = context.setTaskFlag(PfMemallocNofs);
  EXPECT_EQ(context.scoped(flags.kernel()), flags.kernel() & ~flags.fs);
  const uint32_t inner = context.setTaskFlag(PfMemallocNoio);
  EXPECT_EQ(context.scoped(flags.kernel()), flags.kernel() & ~(flags.fs | flags.io));
  context.restoreTaskFlag(PfMemallocNoio, inner);
  context.restoreTaskFlag(PfMemallocNofs, before);
  EXPECT_EQ(context.scoped(flags.kernel()), flags.kernel());
}

RC_GTEST_FIXTURE_PROP(ContextCount, NestedStepsRestoreEverything, (const std::vector<uint8_t> &choices)) {
  std::vector<const Step *> entered;
  uint32_t count = 0;
  for (uint8_t choice : choices) {
    if (entered.size() == 20)
      break;
    const Step &step = steps()[choice % steps().size()];
    step.enter(kernel);
    count += step.count;
    entered.push_back(&step);
    RC_ASSERT(context.preemptCount() == count);
  }
  for (; !entered.empty(); entered.pop_back())
    entered.back()->leave(kernel);
  RC_ASSERT(context.preemptCount() == 0u);
  RC_ASSERT(!context.irqsDisabled());
  RC_ASSERT(context.task().rcuDepth == 0);
  RC_ASSERT(context.task().heldCount == 0);
  RC_ASSERT(kernel.console.since(0).empty());
}

RC_GTEST_FIXTURE_PROP(ContextCount, ASnapshotIsTheIdentity, (const std::vector<uint8_t> &choices)) {
  const Context::State contextBefore = context.state();
  const Locks::State locksBefore = kernel.locks.state();
  for (uint8_t choice : choices)
    steps()[choice % steps().size()].enter(kernel);
  context.advanceTo(context.nanoseconds() + choices.size());
  context.restore(contextBefore);
  kernel.locks.restore(locksBefore);
  RC_ASSERT(context.preemptCount() == 0u);
  RC_ASSERT(context.nanoseconds() == contextBefore.nanoseconds);
  RC_ASSERT(context.task().rcuDepth == 0);
  RC_ASSERT(context.task().heldCount == 0);
}

} // namespace
