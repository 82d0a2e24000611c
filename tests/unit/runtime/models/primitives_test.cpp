// Waiting, user copies, strings, bytes, messages, registers; what rules say of functions without a model.
#include "models_fixture.h"

using namespace kmem;
using namespace kmem::replay;

namespace {

class Primitives : public ModelsTest {
protected:
  const Address object = lazyObject("dev"), buffer = addressOf("buffer");
  void store(Address to, llvm::StringRef text) {
    for (size_t i = 0; i <= text.size(); ++i)
      machine.memory.store(to + i, Value::known(i < text.size() ? uint8_t(text[i]) : 0, 8));
  }
};

TEST_F(Primitives, SleepingLocksSleep) {
  call("mutex_lock", object);
  call("mutex_unlock", object);
  EXPECT_EQ(printed(), "");
  enter(ContextComponent::Preempt);
  call("mutex_lock", object);
  EXPECT_TRUE(says("BUG: sleeping function called from invalid context at kernel/locking/mutex.c:586"));
}

TEST_F(Primitives, SleepingLocksMayBeGivenUp) {
  chooser.choices[ChoiceKind::Interrupted] = {1, 0};
  EXPECT_EQ(int64_t(call("mutex_lock_interruptible", object)), -4);
  EXPECT_EQ(call("mutex_lock_interruptible", object), 0u);
  EXPECT_EQ(call("mutex_trylock", object), 0u);
  call("mutex_unlock", object);
  EXPECT_EQ(call("down_trylock", lazyObject("sem")), 0u);
}

TEST_F(Primitives, ReadersAndWriters) {
  call("down_write", object);
  call("downgrade_write", object);
  call("up_read", object);
  call("down_read", object);
  call("up_read", object);
  call("up_write", lazyObject("other")); // its caller's
  EXPECT_EQ(printed(), "");
}

TEST_F(Primitives, WaitingIsOverAndTheObjectHasChanged) {
  machine.memory.store(object + 8, Value::known(7, 64));
  call("wait_for_completion", object);
  EXPECT_EQ(printed(), "");
  chooser.choices[ChoiceKind::Interrupted] = {1, 1, 2};
  EXPECT_EQ(int64_t(call("wait_for_completion_interruptible", object)), -512);
  EXPECT_EQ(call("wait_for_completion_timeout", object, 100), 0u);
  EXPECT_EQ(int64_t(call("wait_for_completion_interruptible_timeout", object, 100)), -512);
  EXPECT_FALSE(machine.memory.load(object + 8, 64).isKnown());
}

TEST_F(Primitives, WaitingInAtomicContextIsReported) {
  enter(ContextComponent::IrqsOff);
  call("wait_for_completion", object);
  EXPECT_TRUE(says("at kernel/sched/completion.c:111"));
}

TEST_F(Primitives, SchedulingWhileAtomic) {
  enter(ContextComponent::Preempt);
  call("msleep", 10);
  EXPECT_TRUE(says("BUG: scheduling while atomic: init/1/0x00000002"));
}

TEST_F(Primitives, EventsAreWaitedFor) {
  const Address flag = object + 16;
  machine.memory.store(flag, Value::known(0, 32));
  EXPECT_EQ(call("prepare_to_wait_event", object, buffer, 1), 0u);
  EXPECT_EQ(cpu().task().state, sim::TaskState::Interruptible);
  call("schedule");
  EXPECT_FALSE(machine.memory.load(flag, 32).isKnown());
  call("finish_wait", object, buffer);
  chooser.choices[ChoiceKind::Interrupted] = {1};
  EXPECT_EQ(int64_t(call("prepare_to_wait_event", object, buffer, 1)), -512);
  EXPECT_EQ(printed(), "");
}

TEST_F(Primitives, TheKernelsOwnAnnotationsNameTheirPlace) {
  enter(ContextComponent::Rcu);
  call("__might_sleep", addressOf("text"), 42);
  EXPECT_TRUE(says("invalid context at hello:42"));
  EXPECT_TRUE(says("RCU nest depth: 1, expected: 0"));
}

TEST_F(Primitives, UserMemoryMayBeAnythingOrNothing) {
  machine.memory.store(buffer, Value::known(5, 64));
  EXPECT_EQ(call("_copy_from_user", buffer, 0x1000, 16), 0u);
  EXPECT_FALSE(machine.memory.load(buffer, 64).isKnown());
  chooser.choices[ChoiceKind::UserCopy] = {1, 1, 1};
  EXPECT_EQ(call("_copy_from_user", buffer, 0x1000, 16), 16u);
  EXPECT_EQ(wordAt(buffer), 0u);
  EXPECT_EQ(call("_copy_to_user", 0x1000, buffer, 16), 16u);
  EXPECT_EQ(int64_t(call("strncpy_from_user", buffer, 0x1000, 64)), -14);
  EXPECT_EQ(call("strncpy_from_user", buffer, 0x1000, 64), 15u);
  EXPECT_EQ(printed(), "");
  enter(ContextComponent::Preempt);
  call("_copy_to_user", 0x1000, buffer, 16);
  EXPECT_TRUE(says("BUG: sleeping function"));
}

TEST_F(Primitives, BytesAreTerms) {
  const Value secret = variable("secret");
  machine.memory.store(buffer, secret);
  call("memcpy", buffer + 64, buffer, 8);
  EXPECT_EQ(machine.memory.load(buffer + 64, 64), secret);
  EXPECT_EQ(call("memcmp", buffer, buffer + 64, 8), 0u);
  machine.memory.store(buffer + 64, Value::known(1, 64));
  EXPECT_FALSE(
      callWith("memcmp", {Value::known(buffer, 64), Value::known(buffer + 64, 64), Value::known(8, 64)}).isKnown());
  call("memset", buffer, 0x41, 3);
  EXPECT_EQ(machine.memory.load(buffer, 24).bits(), 0x414141u);
}

TEST_F(Primitives, StringsOfKnownBytes) {
  EXPECT_EQ(call("strlen", addressOf("text")), 5u);
  EXPECT_EQ(int64_t(call("strcmp", addressOf("text"), addressOf("other"))), -1);
  EXPECT_EQ(call("strncmp", addressOf("text"), addressOf("other"), 3), 0u);
  EXPECT_EQ(call("strchr", addressOf("text"), 'l'), addressOf("text") + 2);
  EXPECT_EQ(call("strscpy", buffer, addressOf("text"), 64), 5u);
  EXPECT_EQ(call("strlen", buffer), 5u);
  EXPECT_EQ(int64_t(call("strscpy", buffer, addressOf("text"), 3)), -7);
  EXPECT_EQ(call("strlen", buffer), 2u);
  call("strcat", buffer, addressOf("other"));
  EXPECT_EQ(call("strlen", buffer), 7u);
}

TEST_F(Primitives, TheLengthOfOpenBytesIsDecided) {
  store(buffer, "abc");
  machine.memory.store(buffer + 1, variable("letter", 8));
  chooser.branches = {0};
  EXPECT_EQ(call("strlen", buffer), 3u);
  chooser.branches = {1};
  EXPECT_EQ(call("strlen", buffer), 1u);
}

TEST_F(Primitives, TextsAreNotComposedAndThatIsSaid) {
  EXPECT_EQ(call("snprintf", buffer, 3, addressOf("text")), 4u);
  EXPECT_EQ(call("strlen", buffer), 2u);
  ASSERT_EQ(chooser.shortcuts.size(), 1u);
  EXPECT_EQ(chooser.shortcuts[0].first, ShortcutKind::Model);
}

TEST_F(Primitives, RegistersAreFreshOnEveryRead) {
  const Value first = callWith("readl", {Value::known(object, 64)});
  EXPECT_NE(first, callWith("readl", {Value::known(object, 64)}));
  EXPECT_EQ(chooser.inputs.back().name, "readl()");
  call("writel", 1, object);
  call("_printk", addressOf("text"));
  EXPECT_EQ(printed(), "");
}

TEST_F(Primitives, ClocksGoForward) {
  const Value first = callWith("ktime_get", {}), second = callWith("ktime_get", {});
  EXPECT_FALSE(first.isKnown());
  EXPECT_NE(first, second);
}

TEST_F(Primitives, CountsThatAreUnsoundAreReported) {
  call("refcount_warn_saturate", addressOf("counter"), 3);
  EXPECT_TRUE(says("refcount_t: underflow; use-after-free."));
  EXPECT_EQ(machine.memory.load(addressOf("counter"), 32).bits(), 0xc0000000u);
}

TEST_F(Primitives, PanicEndsTheMachine) {
  EXPECT_TRUE(dies("panic", addressOf("text")));
  EXPECT_TRUE(says("Kernel panic - not syncing: hello"));
}

TEST_F(Primitives, ThereIsOneCurrentTask) {
  const Address task = call("get_current");
  EXPECT_EQ(machine.objects.nameOf(*machine.objects.at(task)), "current");
  EXPECT_EQ(call("get_current"), task);
}

TEST_F(Primitives, ARuleWithoutAModelIsObeyed) {
  enter(ContextComponent::Preempt);
  call("i2c_transfer", object, buffer, 1);
  EXPECT_TRUE(says("BUG: sleeping function called from invalid context at i2c_transfer:0"));
  EXPECT_EQ(chooser.shortcuts.front().first, ShortcutKind::Stub);
}

TEST_F(Primitives, ATryChangesTheContextWhenItSucceeds) {
  chooser.choices[ChoiceKind::StubResult] = {1, 0};
  call("__lock_task_sighand", object, buffer);
  EXPECT_EQ(cpu().preemptCount(), 0u);
  call("__lock_task_sighand", object, buffer);
  EXPECT_EQ(cpu().preemptCount(), 1u);
  EXPECT_TRUE(cpu().irqsDisabled());
}

TEST_F(Primitives, WhatIsForbiddenHereWarns) {
  enter(ContextComponent::Hardirq);
  call("kfree_skb_reason", object, 0);
  EXPECT_TRUE(says("WARNING: CPU: 0"));
}

TEST_F(Primitives, ABodyIsBetterThanItsRule) {
  CallSite site;
  site.direct = module->getFunction("body");
  EXPECT_FALSE(models.call(site, "i2c_transfer", {}, chooser));
  EXPECT_FALSE(models.call(site, "nobody_knows", {}, chooser));
}

TEST_F(Primitives, AStubMayHaveChangedWhatItsArgumentsReach) {
  machine.memory.store(object + 8, Value::known(7, 64));
  CallSite site;
  site.direct = declared("anything");
  site.resultWidths.push_back(32);
  const auto outcome = models.stub(site, "anything", {Value::known(object, 64), Value::known(3, 32)}, chooser);
  EXPECT_FALSE(outcome.results.front().isKnown());
  EXPECT_FALSE(machine.memory.load(object + 8, 64).isKnown());
  EXPECT_EQ(chooser.shortcuts.back(), std::pair(ShortcutKind::Stub, std::string("anything")));
}

TEST_F(Primitives, ASkippedBodyStillDoesWhatItsRuleSays) {
  CallSite site;
  site.direct = module->getFunction("body");
  models.stub(site, "uart_port_lock", {Value::known(object, 64)}, chooser);
  EXPECT_EQ(cpu().preemptCount(), 1u);
}

TEST_F(Primitives, WhereMemoryIsMappedIsKnown) {
  EXPECT_EQ(wordAt(addressOf("page_offset_base")), sim::directMapStart);
}

} // namespace
