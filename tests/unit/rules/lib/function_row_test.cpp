#include "rule_folder.h"

using namespace kmem;
using namespace kmem::rules;

static const FunctionRule &only(const RuleSet &rules) {
  EXPECT_EQ(rules.functions.size(), 1u);
  return rules.functions.front();
}

static ContextSet setOf(std::initializer_list<ContextComponent> components) {
  ContextSet set;
  for (ContextComponent component : components)
    set.insert(component);
  return set;
}

TEST(FunctionRow, EachNameIsARuleWithItsOwnLine) {
  RuleSet rules = loadText("functions:\n"
                           "  - name:\n"
                           "      - first\n"
                           "      - second\n"
                           "    alloc: {family: slab, size: [0, 1], gfp: 2}\n");
  ASSERT_NE(rules.function("second"), nullptr);
  EXPECT_EQ(rules.function("first")->origin.line, 3u);
  EXPECT_EQ(rules.function("second")->origin.line, 4u);
  EXPECT_EQ(rules.function("second")->origin.file, "t.yaml");
  EXPECT_EQ(rules.function("second")->alloc->size, (std::vector<int>{0, 1}));
}

TEST(FunctionRow, GfpArgumentDecidesSleepingUnlessTheRowDoes) {
  RuleSet rules = loadText("functions:\n"
                           "  - {name: a, alloc: {family: slab, gfp: 1}}\n"
                           "  - {name: b, alloc: {family: slab, gfp: 1}, sleeps: always}\n"
                           "  - {name: c, gfp_arg: 3}\n"
                           "  - {name: d, alloc: {family: slab, gfp: 1}, sleeps: {gfp: 4}}\n"
                           "  - {name: e, alloc: {family: slab, gfp: 1}, sleeps: never}\n");
  EXPECT_EQ(rules.function("a")->sleeps, SleepWhen::GfpBlocks);
  EXPECT_EQ(rules.function("a")->sleepGfp, 1);
  EXPECT_EQ(rules.function("b")->sleeps, SleepWhen::Always);
  EXPECT_EQ(rules.function("b")->sleepGfp, noArgument);
  EXPECT_EQ(rules.function("c")->sleepGfp, 3);
  EXPECT_EQ(rules.function("d")->sleepGfp, 4);
  EXPECT_EQ(rules.function("e")->sleeps, SleepWhen::Never);
}

TEST(FunctionRow, SleepingIsForbiddenEverywhereByDefault) {
  RuleSet rules = loadText("functions:\n"
                           "  - {name: a, sleeps: always}\n"
                           "  - {name: b, forbidden_in: [irqs_off, hardirq]}\n"
                           "  - {name: c, lock: 0}\n");
  for (unsigned i = 0; i < contextComponentCount; ++i)
    EXPECT_TRUE(rules.function("a")->forbiddenIn.contains(ContextComponent(i)));
  EXPECT_EQ(rules.function("b")->forbiddenIn, setOf({ContextComponent::IrqsOff, ContextComponent::Hardirq}));
  EXPECT_TRUE(rules.function("c")->forbiddenIn.empty());
}

TEST(FunctionRow, ContextEffects) {
  const RuleSet rules = loadText("functions:\n"
                                 "  - name: f\n"
                                 "    enter: [preempt, softirq]\n"
                                 "    leave: rcu\n"
                                 "    enter_count: {component: preempt, amount: 0}\n"
                                 "    save_irqs: result\n"
                                 "    restore_irqs: 1\n"
                                 "    enable_irqs: true\n"
                                 "    when_returns: nonzero\n");
  const FunctionRule &rule = only(rules);
  using Kind = ContextEffect::Kind;
  ASSERT_EQ(rule.effects.size(), 7u);
  EXPECT_EQ(rule.effects[0].component, ContextComponent::Preempt);
  EXPECT_EQ(rule.effects[1].component, ContextComponent::Softirq);
  EXPECT_EQ(rule.effects[2].kind, Kind::Leave);
  EXPECT_EQ(rule.effects[3].amount, 0);
  EXPECT_EQ(rule.effects[4].kind, Kind::SaveIrqs);
  EXPECT_EQ(rule.effects[4].flags, noArgument);
  EXPECT_EQ(rule.effects[5].flags, 1);
  EXPECT_EQ(rule.effects[6].kind, Kind::EnableIrqs);
  EXPECT_EQ(rule.effectsWhen, EffectWhen::ReturnsNonZero);
}

TEST(FunctionRow, CallbacksAndSourcesMayBeOneOrMany) {
  RuleSet rules = loadText("functions:\n"
                           "  - {name: a, callbacks: {arg: 1, runs_in: hardirq}, sources: {kind: user}}\n"
                           "  - {name: b, callbacks: [{arg: 1}, {arg: 2, synchronous: true}], "
                           "sources: [{kind: device, pointee: 0}]}\n");
  EXPECT_EQ(rules.function("a")->callbacks.size(), 1u);
  EXPECT_TRUE(rules.function("a")->callbacks[0].runsIn.contains(ContextComponent::Hardirq));
  EXPECT_TRUE(rules.function("b")->callbacks[1].synchronous);
  EXPECT_EQ(rules.function("b")->sources[0].pointee, 0);
}

TEST(FunctionRow, SpellingDefaultsToTheNameWithoutItsImplementationSuffix) {
  RuleSet rules = loadText("functions:\n  - {name: [kmalloc_noprof, kfree], opaque: true}\n"
                           "  - {name: _raw_spin_lock, spelling: spin_lock, enter: preempt}\n");
  EXPECT_EQ(rules.function("kmalloc_noprof")->spelling, "kmalloc");
  EXPECT_EQ(rules.function("kfree")->spelling, "kfree");
  EXPECT_EQ(rules.function("_raw_spin_lock")->spelling, "spin_lock");
}

TEST(FunctionRow, ExactNamesWinOverPatterns) {
  RuleSet rules = loadText("functions:\n  - {name: \"class_*_try_*\", opaque: true}\n"
                           "  - {name: class_mutex_try_lock, sleeps: always}\n");
  EXPECT_TRUE(rules.function("class_spinlock_try_constructor")->opaque);
  EXPECT_EQ(rules.function("class_mutex_try_lock")->sleeps, SleepWhen::Always);
  EXPECT_EQ(rules.function("class_spinlock_constructor"), nullptr);
}

TEST(FunctionRow, OnlyReplaySeesItsOwnRows) {
  RuleSet rules = loadText("functions:\n  - {name: kfree, opaque: true, model: kfree}\n"
                           "  - {name: \"mem*\", opaque: true}\n"
                           "replay_functions:\n  - {name: memcpy, model: memcpy}\n"
                           "  - {name: \"str*\", model: string}\n");
  EXPECT_EQ(rules.function("memcpy")->model, "");
  EXPECT_EQ(rules.function("strlen"), nullptr);
  EXPECT_EQ(rules.replayFunction("memcpy")->model, "memcpy");
  EXPECT_EQ(rules.replayFunction("strlen")->model, "string");
  EXPECT_EQ(rules.replayFunction("kfree")->model, "kfree");
  EXPECT_TRUE(rules.replayFunction("memset")->opaque);
}

TEST(FieldRow, RunsInMakesACallbackAndTheFileSuffixIsIgnored) {
  RuleSet rules = loadText("fields:\n  - {name: timer_list.function, runs_in: serving_softirq}\n"
                           "  - {name: file_operations.write, param_sources: {param: 2, kind: user}}\n");
  EXPECT_TRUE(rules.field("timer_list.function@kernel/x.c")->callback);
  EXPECT_EQ(rules.field("file_operations.write")->paramSources[0].param, 2);
  EXPECT_EQ(rules.field("file_operations.read"), nullptr);
}
