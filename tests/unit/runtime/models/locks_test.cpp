#include "models_fixture.h"

using namespace kmem;
using namespace kmem::replay;

namespace {

class Locks : public ModelsTest {
protected:
  static constexpr uint64_t flagsOn = 0x200;
  const Address lock = lazyObject("dev");
};

TEST_F(Locks, SpinlocksCountAndUncount) {
  call("_raw_spin_lock", lock);
  EXPECT_EQ(cpu().preemptCount(), 1u);
  call("_raw_spin_unlock", lock);
  call("_raw_spin_lock_bh", lock);
  EXPECT_EQ(cpu().preemptCount(), sim::softirqDisableOffset + 1);
  call("_raw_spin_unlock_bh", lock);
  EXPECT_EQ(cpu().preemptCount(), 0u);
  EXPECT_EQ(printed(), "");
}

TEST_F(Locks, InterruptFlagsTravelThroughTheProgram) {
  const uint64_t outer = call("_raw_spin_lock_irqsave", lock);
  EXPECT_TRUE(outer & flagsOn);
  EXPECT_TRUE(cpu().irqsDisabled());
  const Address inner = lazyObject("inner");
  const uint64_t flags = call("_raw_spin_lock_irqsave", inner);
  EXPECT_FALSE(flags & flagsOn);
  call("_raw_spin_unlock_irqrestore", inner, flags);
  EXPECT_TRUE(cpu().irqsDisabled());
  call("_raw_spin_unlock_irqrestore", lock, outer);
  EXPECT_FALSE(cpu().irqsDisabled());
}

TEST_F(Locks, AllocatingUnderOneIsReportedWithItsName) {
  call("_raw_spin_lock", lock);
  call("__kmalloc_noprof", 64, gfpKernel());
  EXPECT_TRUE(says("in_atomic(): 1"));
  EXPECT_TRUE(says("(&dev[0]){"));
}

TEST_F(Locks, ALockTheCallerHoldsIsOnlyLeft) {
  enter(ContextComponent::Preempt);
  enter(ContextComponent::IrqsOff);
  call("_raw_spin_unlock_irq", lock);
  EXPECT_EQ(cpu().preemptCount(), 0u);
  EXPECT_FALSE(cpu().irqsDisabled());
  EXPECT_EQ(printed(), "");
  call("_raw_spin_unlock", lazyObject("other"));
  EXPECT_EQ(cpu().preemptCount(), 0u);
  EXPECT_FALSE(chooser.shortcuts.empty());
}

TEST_F(Locks, TryingIsAChoice) {
  chooser.choices[ChoiceKind::Trylock] = {1, 0};
  EXPECT_EQ(call("_raw_spin_trylock", lock), 0u);
  EXPECT_EQ(cpu().preemptCount(), 0u);
  EXPECT_EQ(call("_raw_spin_trylock", lock), 1u);
  EXPECT_EQ(cpu().preemptCount(), 1u);
  EXPECT_EQ(call("_raw_spin_trylock", lock), 0u); // its own: no choice
}

TEST_F(Locks, TakingOneTwiceHangs) {
  call("_raw_spin_lock", lock);
  EXPECT_TRUE(dies("_raw_spin_lock", lock));
}

TEST_F(Locks, ReadersShare) {
  call("_raw_read_lock", lock);
  call("_raw_read_lock", lock);
  EXPECT_EQ(cpu().preemptCount(), 2u);
  call("_raw_read_unlock", lock);
  call("_raw_read_unlock", lock);
  call("_raw_write_lock", lock);
  EXPECT_EQ(cpu().preemptCount(), 1u);
}

TEST_F(Locks, TheBitOfABitLockIsSet) {
  machine.memory.store(lock, Value::known(0x10, 64));
  call("bit_spin_lock", 3, lock);
  EXPECT_EQ(wordAt(lock), 0x18u);
  EXPECT_EQ(cpu().preemptCount(), 1u);
  call("bit_spin_unlock", 3, lock);
  EXPECT_EQ(wordAt(lock), 0x10u);
}

TEST_F(Locks, TheLastReferenceTakesTheLock) {
  const Address count = addressOf("counter");
  machine.memory.store(count, Value::known(2, 32));
  EXPECT_EQ(call("refcount_dec_and_lock", count, lock), 0u);
  EXPECT_EQ(call("refcount_dec_and_lock", count, lock), 1u);
  EXPECT_EQ(cpu().preemptCount(), 1u);
  EXPECT_EQ(machine.memory.load(count, 32).bits(), 0u);
}

TEST_F(Locks, ContextTestsTellTheTruth) {
  enter(ContextComponent::Hardirq);
  EXPECT_EQ(call("preempt_count"), sim::hardirqOffset);
  EXPECT_EQ(call("arch_irqs_disabled"), 1u);
  EXPECT_EQ(call("arch_irqs_disabled_flags", flagsOn), 0u);
  EXPECT_FALSE(call("native_save_fl") & flagsOn);
}

TEST_F(Locks, RcuAndPreemptionAreLeftAsOftenAsEntered) {
  call("__rcu_read_lock");
  EXPECT_EQ(call("rcu_preempt_depth"), 1u);
  call("__rcu_read_unlock");
  call("__rcu_read_unlock");
  EXPECT_EQ(call("rcu_preempt_depth"), 0u);
  call("__preempt_count_add", 1);
  call("__preempt_count_dec_and_test");
  call("__preempt_count_dec_and_test");
  EXPECT_EQ(cpu().preemptCount(), 0u);
  EXPECT_EQ(printed(), "");
}

TEST_F(Locks, EveryContextCanBeEntered) {
  models.enter({1, 1, 0, 0, 0, 1, 2});
  EXPECT_EQ(cpu().preemptCount(), sim::softirqDisableOffset + 1);
  EXPECT_TRUE(cpu().irqsDisabled());
  EXPECT_EQ(cpu().task().rcuDepth, 2);
  EXPECT_EQ(printed(), "");
}

} // namespace
