#include "rules/lib/yaml_function_row.h"

using namespace kmem;
using namespace kmem::rules;
using llvm::yaml::IO;

static void mapEnterLeave(IO &io, const char *key, ContextEffect::Kind kind, FunctionRule &rule) {
  std::vector<ContextComponent> components;
  mapList(io, key, components);
  for (ContextComponent component : components)
    rule.effects.push_back({kind, component, noArgument, noArgument});
}

static void mapCounted(IO &io, const char *key, ContextEffect::Kind kind, FunctionRule &rule) {
  std::optional<CountedChange> change;
  io.mapOptional(key, change);
  if (change)
    rule.effects.push_back({kind, change->component, change->amount, noArgument});
}

static void mapInterruptFlag(IO &io, FunctionRule &rule) {
  std::optional<FlagsPlace> save, restore;
  bool enable = false;
  io.mapOptional("save_irqs", save);
  io.mapOptional("restore_irqs", restore);
  io.mapOptional("enable_irqs", enable);
  using Kind = ContextEffect::Kind;
  if (save)
    rule.effects.push_back({Kind::SaveIrqs, ContextComponent::IrqsOff, noArgument, save->argument});
  if (restore)
    rule.effects.push_back({Kind::RestoreIrqs, ContextComponent::IrqsOff, noArgument, restore->argument});
  if (enable)
    rule.effects.push_back({Kind::EnableIrqs, ContextComponent::IrqsOff, noArgument, noArgument});
}

void rules::mapContextEffects(IO &io, FunctionRule &rule) {
  mapEnterLeave(io, "enter", ContextEffect::Kind::Enter, rule);
  mapEnterLeave(io, "leave", ContextEffect::Kind::Leave, rule);
  mapCounted(io, "enter_count", ContextEffect::Kind::Enter, rule);
  mapCounted(io, "leave_count", ContextEffect::Kind::Leave, rule);
  mapInterruptFlag(io, rule);
  io.mapOptional("when_returns", rule.effectsWhen, EffectWhen::Always);
  io.mapOptional("lock", rule.lock, noArgument);
}

/// A function that takes gfp sleeps when the flags say so, unless the row says otherwise.
static void deriveSleep(FunctionRule &rule) {
  int gfp = rule.alloc ? rule.alloc->gfp : rule.gfpArg;
  if (gfp == noArgument)
    return;
  rule.sleeps = SleepWhen::GfpBlocks;
  rule.sleepGfp = gfp;
}

void rules::mapSleep(IO &io, FunctionRule &rule) {
  std::optional<SleepSpelling> sleeps;
  io.mapOptional("sleeps", sleeps);
  rule.forbiddenIn = mapContext(io, "forbidden_in");
  io.mapOptional("allowed_in_interrupt", rule.allowedInInterrupt, false);
  if (!sleeps)
    return deriveSleep(rule);
  rule.sleeps = sleeps->when;
  rule.sleepGfp = sleeps->when == SleepWhen::GfpBlocks ? sleeps->byGfp.gfp : noArgument;
}

namespace llvm::yaml {

void MappingTraits<Condition>::mapping(IO &io, Condition &when) {
  io.mapOptional("since", when.since);
  io.mapOptional("before", when.before);
  mapList(io, "config", when.config);
}

void MappingTraits<AllocRule>::mapping(IO &io, AllocRule &alloc) {
  io.mapRequired("family", alloc.family);
  mapList(io, "size", alloc.size);
  io.mapOptional("order", alloc.order, noArgument);
  io.mapOptional("gfp", alloc.gfp, noArgument);
  io.mapOptional("fixed_gfp", alloc.fixedGfp);
  io.mapOptional("cache", alloc.cache, noArgument);
  io.mapOptional("out", alloc.out, noArgument);
  io.mapOptional("limit", alloc.limit);
  io.mapOptional("order_limit", alloc.orderLimit);
  io.mapOptional("err_ptr", alloc.errPtr, false);
}

void MappingTraits<FreeRule>::mapping(IO &io, FreeRule &free) {
  io.mapOptional("arg", free.arg, 0);
  mapList(io, "families", free.families);
  io.mapOptional("cache", free.cache, noArgument);
  io.mapOptional("order", free.order, noArgument);
  io.mapOptional("size", free.size, noArgument);
  io.mapOptional("accepts_err_ptr", free.acceptsErrPtr, false);
  if (free.families.empty())
    io.setError("missing required key 'families'");
}

void MappingTraits<CallbackRule>::mapping(IO &io, CallbackRule &callback) {
  io.mapRequired("arg", callback.arg);
  callback.runsIn = mapContext(io, "runs_in");
  io.mapOptional("synchronous", callback.synchronous, false);
}

void MappingTraits<SourceRule>::mapping(IO &io, SourceRule &source) {
  io.mapRequired("kind", source.kind);
  io.mapOptional("pointee", source.pointee, noArgument);
  io.mapOptional("param", source.param, noArgument);
  io.mapOptional("at_most", source.atMost);
}

void MappingTraits<CountedChange>::mapping(IO &io, CountedChange &change) {
  io.mapRequired("component", change.component);
  io.mapRequired("amount", change.amount);
}

void MappingTraits<FamilyTestSpelling>::mapping(IO &io, FamilyTestSpelling &test) {
  io.mapRequired("arg", test.arg);
  io.mapRequired("family", test.family);
}

void ScalarEnumerationTraits<EffectWhen>::enumeration(IO &io, EffectWhen &value) {
  io.enumCase(value, "nonzero", EffectWhen::ReturnsNonZero);
  io.enumCase(value, "zero", EffectWhen::ReturnsZero);
}

void ScalarEnumerationTraits<ContextTest>::enumeration(IO &io, ContextTest &value) {
  io.enumCase(value, "preempt_count", ContextTest::PreemptCount);
  io.enumCase(value, "irqs_disabled", ContextTest::IrqsDisabled);
  io.enumCase(value, "rcu_depth", ContextTest::RcuDepth);
}

void MappingTraits<FunctionRow>::mapping(IO &io, FunctionRow &row) {
  FunctionRule &rule = row.rule;
  mapList(io, "name", row.names);
  io.mapOptional("when", row.when);
  io.mapOptional("spelling", rule.spelling);
  io.mapOptional("alloc", rule.alloc);
  io.mapOptional("free", rule.free);
  io.mapOptional("gfp_arg", rule.gfpArg, noArgument);
  mapList(io, "gfp_restrictions", row.restrictionSets);
  mapSleep(io, rule);
  mapContextEffects(io, rule);
  io.mapOptional("drops_callers_lock", rule.dropsCallersLock, false);
  mapRecords(io, "callbacks", rule.callbacks);
  io.mapOptional("test", rule.test, ContextTest::None);
  std::optional<FamilyTestSpelling> test;
  io.mapOptional("family_test", test);
  if (test) {
    rule.familyTest = test->arg;
    rule.familyTestFor = test->family;
  }
  mapRecords(io, "sources", rule.sources);
  io.mapOptional("no_return", rule.noReturn, false);
  io.mapOptional("boot_only", rule.bootOnly, false);
  io.mapOptional("opaque", rule.opaque, false);
  io.mapOptional("model", rule.model);
  if (row.names.empty())
    io.setError("missing required key 'name'");
}

} // namespace llvm::yaml
