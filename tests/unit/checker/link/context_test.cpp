// The context vector along a path.
#include "checker/link/context.h"

#include <gtest/gtest.h>

namespace kmem::link {
namespace {

summary::ContextDelta delta(int8_t preempt, summary::IrqState irqs) {
  summary::ContextDelta d;
  d.preempt = preempt;
  d.irqs = irqs;
  return d;
}

TEST(Context, DroppingTheCallersLockMakesItProcessAgain) {
  Context locked = Context().after(delta(1, summary::IrqState::Off));
  EXPECT_TRUE(locked.atomic());
  EXPECT_FALSE(locked.after(delta(-1, summary::IrqState::On)).atomic());
}

TEST(Context, NothingIsDroppedTwice) {
  EXPECT_EQ(
      Context().after(delta(-3, summary::IrqState::Unchanged)).after(delta(1, summary::IrqState::Unchanged)).preempt,
      1);
}

TEST(Context, BottomHalvesAreInterruptsSpinlocksAreNot) {
  ContextSet timer, lock;
  timer.insert(ContextComponent::ServingSoftirq);
  lock.insert(ContextComponent::Preempt);
  EXPECT_TRUE(Context::entered(timer).inInterrupt());
  EXPECT_FALSE(Context::entered(lock).inInterrupt());
  EXPECT_TRUE(Context::entered(lock).atomic());
}

TEST(Context, ComponentsAreWhatWasEntered) {
  ContextSet set;
  for (ContextComponent c : {ContextComponent::Hardirq, ContextComponent::IrqsOff, ContextComponent::Rcu})
    set.insert(c);
  EXPECT_EQ(Context::entered(set).components(), set);
}

} // namespace
} // namespace kmem::link
