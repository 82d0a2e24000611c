#include "checker/link/walk.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::link {

using namespace summary;

/// What a doubt costs in calls: a certain path of this many more calls is preferred.
static constexpr unsigned doubtCost = 3;

static unsigned costOf(const PathNode &node) { return node.length + doubtCost * node.doubts; }

void ContextWalk::push(PathNode node) {
  std::vector<Binding> &known = seen[{node.function, node.context.raw()}];
  if (llvm::is_contained(known, node.binding) || node.length > maxChainLength)
    return;
  if (known.size() >= maxBindingsPerContext) {
    node.binding.clear();
    if (llvm::is_contained(known, node.binding))
      return;
  }
  known.push_back(node.binding);
  unsigned cost = costOf(node);
  if (buckets.size() <= cost)
    buckets.resize(cost + 1);
  buckets[cost].push_back(uint32_t(nodes.size()));
  nodes.push_back(std::move(node));
}

void ContextWalk::addRoots() {
  for (size_t i = 0; i < program.entryPoints().size(); ++i) {
    const EntryPoint &entry = program.entryPoints()[i];
    PathNode root;
    root.function = entry.function;
    root.context = Context::entered(entry.runsIn);
    root.entry = int32_t(i);
    if (root.context.atomic())
      push(root);
  }
  for (FunctionId id = 0; id < program.functions().size(); ++id) {
    if (program.function(id).rule && program.function(id).rule->bootOnly)
      continue;
    PathNode root;
    root.function = id;
    push(root);
  }
}

void ContextWalk::run(llvm::function_ref<void(const SiteVisit &)> visit) {
  addRoots();
  for (size_t cost = 0; cost < buckets.size(); ++cost)
    for (size_t i = 0; i < buckets[cost].size();
         ++i) // grows while walked: a call of a cheaper path lands here or later
      walkFunction(buckets[cost][i], visit);
}

Value ContextWalk::argument(const SiteVisit &visit, int index) const {
  if (index < 0 || size_t(index) >= visit.state->arguments.size())
    return {};
  return evaluator.evaluate(visit.call.function, visit.state->arguments[size_t(index)], visit.node->binding,
                            visit.context);
}

void ContextWalk::walkFunction(uint32_t nodeIndex, llvm::function_ref<void(const SiteVisit &)> visit) {
  const Function &f = program.function(nodes[nodeIndex].function);
  if (f.rule && f.rule->noReturn)
    return; // a dying kernel may do as it likes
  for (uint32_t call = 0; call < f.calls.size(); ++call)
    for (uint32_t state = 0; state < f.summary.calls[call].states.size(); ++state)
      walkCall(nodeIndex, call, state, visit);
}

void ContextWalk::walkCall(uint32_t nodeIndex, uint32_t callIndex, uint32_t stateIndex,
                           llvm::function_ref<void(const SiteVisit &)> visit) {
  const PathNode node = nodes[nodeIndex]; // by value: nodes grow below
  const Function &f = program.function(node.function);
  const Call &call = f.summary.calls[callIndex];
  const summary::PathState &state = call.states[stateIndex];
  if (call.dying)
    return;
  Context context = node.context.after(state.delta);
  // A lock this function takes counts whoever calls it; a guard is decided where it is tested.
  Truth guard = evaluator.holds(node.function, state.guard, node.binding, context);
  if (guard == Truth::No)
    return;
  bool unboundRoot = node.parent < 0 && node.entry < 0;
  if (guard == Truth::Maybe && unboundRoot && !program.callers(node.function).empty())
    return; // its callers decide: they are walked with what they pass
  unsigned doubts = node.doubts + (guard == Truth::Maybe);
  if (const rules::FunctionRule *rule = f.calls[callIndex].rule) {
    SiteVisit site;
    site.node = &nodes[nodeIndex];
    site.nodeIndex = nodeIndex;
    site.call = {node.function, callIndex};
    site.site = &call;
    site.state = &state;
    site.rule = rule;
    site.context = context;
    site.mayNotHappen = guard == Truth::Maybe;
    visit(site);
    enterCallbacks(nodeIndex, callIndex, stateIndex, *rule, context);
    bool speaksForAll = rule->alloc || rule->free || rule->sleeps != rules::SleepWhen::Never ||
                        !rule->effects.empty() || rule->opaque || rule->noReturn || rule->gfpArg >= 0 || rule->bootOnly;
    if (speaksForAll)
      return;
  }
  if (FunctionId target = f.calls[callIndex].target; target != noFunction)
    return enter(nodeIndex, callIndex, stateIndex, target, context, doubts);
  if (call.kind != CalleeKind::Indirect)
    return;
  Value bound = evaluator.evaluate(node.function, call.target, node.binding, context);
  if (bound.function != noFunction)
    return enter(nodeIndex, callIndex, stateIndex, bound.function, context, doubts);
  if (!context.atomic())
    return; // in process context every function is a root already
  for (FunctionId target : likelyTargets(nodeIndex, call))
    enter(nodeIndex, callIndex, stateIndex, target, context, doubts + 1);
}

/// Of several implementations of an operation, the path can only meet the one it has come from: a bus driver's
/// interrupt does not reach another bus's operations through their common core.
llvm::SmallVector<FunctionId, 4> ContextWalk::likelyTargets(uint32_t nodeIndex, const Call &call) const {
  llvm::SmallVector<FunctionId, 4> all = program.targets(program.function(nodes[nodeIndex].function), call);
  auto fileOf = [&](FunctionId id) {
    const Function &f = program.function(id);
    return f.names[f.summary.where.file];
  };
  for (int32_t at = int32_t(nodeIndex); at >= 0 && all.size() > 1; at = nodes[size_t(at)].parent) {
    llvm::SmallVector<FunctionId, 4> same;
    llvm::copy_if(all, std::back_inserter(same),
                  [&](FunctionId id) { return fileOf(id) == fileOf(nodes[size_t(at)].function); });
    if (!same.empty())
      return same;
  }
  return all;
}

void ContextWalk::enterCallbacks(uint32_t from, uint32_t call, uint32_t state, const rules::FunctionRule &rule,
                                 Context context) {
  const PathNode &node = nodes[from];
  const summary::PathState &at = program.function(node.function).summary.calls[call].states[state];
  for (const rules::CallbackRule &callback : rule.callbacks) {
    if (!callback.synchronous || size_t(callback.arg) >= at.arguments.size())
      continue;
    Value function = evaluator.evaluate(node.function, at.arguments[size_t(callback.arg)], node.binding, context);
    if (function.function == noFunction)
      continue;
    Context inside = Context::entered(callback.runsIn);
    Context both = context;
    both.preempt = std::max(both.preempt, inside.preempt);
    both.softirq = std::max(both.softirq, inside.softirq);
    both.rcu = std::max(both.rcu, inside.rcu);
    both.irqsOff |= inside.irqsOff;
    both.hardirq |= inside.hardirq;
    both.servingSoftirq |= inside.servingSoftirq;
    enter(from, call, state, function.function, both, nodes[from].doubts);
  }
}

Binding ContextWalk::bind(const PathNode &caller, const summary::PathState &state, FunctionId target) const {
  Binding binding;
  uint32_t relevant = program.relevantParameters(target);
  Context context = caller.context.after(state.delta);
  for (size_t i = 0; i < state.arguments.size() && i < 32; ++i) {
    if (!(relevant >> i & 1))
      continue;
    Value value = evaluator.evaluate(caller.function, state.arguments[i], caller.binding, context);
    if (!value.isUnknown())
      binding.push_back({uint8_t(i), value});
  }
  return binding;
}

bool ContextWalk::worthEntering(FunctionId target, const Context &context, const Binding &binding) const {
  return program.maySleep(target) && (context.atomic() || !binding.empty());
}

void ContextWalk::enter(uint32_t from, uint32_t call, uint32_t state, FunctionId target, Context context,
                        unsigned doubts) {
  if (const rules::FunctionRule *rule = program.function(target).rule; rule && (rule->bootOnly || rule->opaque))
    return;
  const PathNode &caller = nodes[from];
  Binding binding = bind(caller, program.function(caller.function).summary.calls[call].states[state], target);
  if (!worthEntering(target, context, binding))
    return;
  PathNode node;
  node.function = target;
  node.context = context;
  node.binding = std::move(binding);
  node.parent = int32_t(from);
  node.call = call;
  node.state = state;
  node.length = uint16_t(caller.length + 1);
  node.doubts = uint16_t(doubts);
  push(std::move(node));
}

} // namespace kmem::link
