#include "checker/extract/context_effects.h"

#include "checker/extract/instantiate.h"

#include "llvm/IR/Function.h"
#include "llvm/IR/InstrTypes.h"

namespace kmem::extract {

using namespace summary;
using rules::ContextEffect;

static int8_t clampDepth(int value) { return int8_t(std::clamp(value, -int(maxContextDepth), int(maxContextDepth))); }

static void addDepth(ContextDelta &delta, ContextComponent component, int amount) {
  switch (component) {
  case ContextComponent::Preempt:
    delta.preempt = clampDepth(delta.preempt + amount);
    break;
  case ContextComponent::Softirq:
  case ContextComponent::ServingSoftirq:
    delta.softirq = clampDepth(delta.softirq + amount);
    break;
  case ContextComponent::Rcu:
    delta.rcu = clampDepth(delta.rcu + amount);
    break;
  case ContextComponent::IrqsOff:
  case ContextComponent::Hardirq:
  case ContextComponent::Nmi:
    break;
  }
}

/// Enabling what this function disabled brings back its entry; enabling what it did not is dropping the caller's.
static IrqState enabled(IrqState irqs) { return irqs == IrqState::Off ? IrqState::Unchanged : IrqState::On; }

/// Disabling again after the caller's was dropped brings back its entry.
static IrqState disabled(IrqState irqs) { return irqs == IrqState::On ? IrqState::Unchanged : IrqState::Off; }

static IrqState takeSaved(PathState &state, ExprId flags) {
  for (auto it = state.savedIrqs.rbegin(); it != state.savedIrqs.rend(); ++it) {
    if (it->first != flags)
      continue;
    IrqState saved = it->second;
    state.savedIrqs.erase(std::prev(it.base()));
    return saved;
  }
  return enabled(state.delta.irqs);
}

bool changesContext(const FunctionSummary &callee) {
  return llvm::any_of(callee.exits, [](const Exit &exit) { return !exit.delta.neutral(); });
}

NameId ContextEffects::lockName(ExprId lock) {
  Expr e = pool[lock];
  while (e.kind == ExprKind::FieldAddress && e.value == 0 && pool[e.a].kind == ExprKind::FieldAddress)
    e = pool[e.a]; // &dev->lock.rlock is dev's lock
  if (e.kind == ExprKind::Parameter && size_t(e.value) < function.parameters.size())
    return function.parameters[size_t(e.value)];
  return e.name;
}

void ContextEffects::acquire(PathState &state, const llvm::CallBase &call, ContextSet components,
                             llvm::StringRef primitive, ExprId lock) {
  ModuleLocation place = index.placeOf(call);
  Acquisition acquisition;
  acquisition.where = {pool.name(place.file), place.line, place.column};
  acquisition.primitive = pool.name(primitive);
  acquisition.lock = lockName(lock);
  acquisition.components = components;
  auto it = llvm::find(function.acquisitions, acquisition);
  uint32_t id = uint32_t(it - function.acquisitions.begin());
  if (it == function.acquisitions.end())
    function.acquisitions.push_back(acquisition);
  if (state.held.size() < 2 * maxContextDepth)
    state.held.push_back(id);
}

void ContextEffects::release(PathState &state, ContextSet components, ExprId lock) {
  auto matches = [&](uint32_t id, bool byLock) {
    const Acquisition &held = function.acquisitions[id];
    return held.components.intersects(components) && (!byLock || held.lock == lockName(lock));
  };
  for (bool byLock : {true, false})
    for (size_t i = state.held.size(); i-- > 0;)
      if (matches(state.held[i], byLock)) {
        state.held.erase(state.held.begin() + i);
        return;
      }
}

void ContextEffects::applyEffect(const ContextEffect &effect, const rules::FunctionRule &rule,
                                 const llvm::CallBase &call, PathState &state) {
  auto argument = [&](int i) {
    return i >= 0 && unsigned(i) < call.arg_size() ? state.facts.simplify(values.of(*call.getArgOperand(unsigned(i))))
                                                   : unknownExpr;
  };
  switch (effect.kind) {
  case ContextEffect::Kind::Enter:
  case ContextEffect::Kind::Leave: {
    bool enters = effect.kind == ContextEffect::Kind::Enter;
    if (effect.amount >= 0 && !pool.isConstant(argument(effect.amount), 1))
      return; // preempt_count_add(HARDIRQ_OFFSET) and the like belong to interrupt entry, which rules name
    if (effect.component == ContextComponent::IrqsOff)
      state.delta.irqs = enters ? disabled(state.delta.irqs) : enabled(state.delta.irqs);
    addDepth(state.delta, effect.component, enters ? 1 : -1);
    break;
  }
  case ContextEffect::Kind::SaveIrqs:
    if (effect.flags < 0)
      state.savedIrqs.push_back({values.of(call), state.delta.irqs});
    state.delta.irqs = IrqState::Off;
    if (state.savedIrqs.size() > 2 * maxContextDepth)
      state.savedIrqs.erase(state.savedIrqs.begin());
    break;
  case ContextEffect::Kind::RestoreIrqs:
    state.delta.irqs = takeSaved(state, argument(effect.flags));
    break;
  case ContextEffect::Kind::EnableIrqs:
    state.delta.irqs = enabled(state.delta.irqs);
    break;
  }
}

void ContextEffects::applyRule(const rules::FunctionRule &rule, const llvm::CallBase &call, PathState &state) {
  ContextSet entered, left;
  for (const ContextEffect &effect : rule.effects) {
    applyEffect(effect, rule, call, state);
    switch (effect.kind) {
    case ContextEffect::Kind::Enter:
      entered.insert(effect.component);
      break;
    case ContextEffect::Kind::SaveIrqs:
      entered.insert(ContextComponent::IrqsOff);
      break;
    case ContextEffect::Kind::Leave:
      left.insert(effect.component);
      break;
    case ContextEffect::Kind::RestoreIrqs:
    case ContextEffect::Kind::EnableIrqs:
      left.insert(ContextComponent::IrqsOff);
      break;
    }
  }
  ExprId lock = rule.lock >= 0 && unsigned(rule.lock) < call.arg_size()
                    ? values.of(*call.getArgOperand(unsigned(rule.lock)))
                    : unknownExpr;
  if (!left.empty())
    release(state, left, lock);
  if (!entered.empty())
    acquire(state, call, entered,
            rule.spelling.empty() ? llvm::StringRef(call.getCalledFunction()->getName()) : rule.spelling, lock);
}

void ContextEffects::splitByResult(const rules::FunctionRule &rule, const llvm::CallBase &call, const PathState &before,
                                   llvm::SmallVectorImpl<PathState> &after) {
  bool whenNonZero = rule.effectsWhen == rules::EffectWhen::ReturnsNonZero;
  for (bool nonZero : {true, false}) {
    PathState state = before;
    if (!state.facts.assume(values.of(call), nonZero))
      continue;
    if (nonZero == whenNonZero)
      applyRule(rule, call, state);
    after.push_back(std::move(state));
  }
}

static void addDelta(ContextDelta &to, const ContextDelta &delta) {
  to.preempt = clampDepth(to.preempt + delta.preempt);
  to.softirq = clampDepth(to.softirq + delta.softirq);
  to.rcu = clampDepth(to.rcu + delta.rcu);
  if (delta.irqs == IrqState::Off)
    to.irqs = disabled(to.irqs);
  else if (delta.irqs == IrqState::On)
    to.irqs = enabled(to.irqs);
}

static ContextSet componentsOf(const ContextDelta &delta, int sign) {
  ContextSet set;
  if (delta.preempt * sign > 0)
    set.insert(ContextComponent::Preempt);
  if (delta.softirq * sign > 0)
    set.insert(ContextComponent::Softirq);
  if (delta.rcu * sign > 0)
    set.insert(ContextComponent::Rcu);
  if (delta.irqs == (sign > 0 ? IrqState::Off : IrqState::On))
    set.insert(ContextComponent::IrqsOff);
  return set;
}

static llvm::ConstantRange rangeOf(uint64_t low, uint64_t high, bool outside, unsigned width) {
  llvm::APInt lower(width, low), upper(width, high);
  llvm::ConstantRange range = llvm::ConstantRange::getNonEmpty(lower, upper + 1);
  return outside ? range.inverse() : range;
}

void ContextEffects::applyExits(const FunctionSummary &callee, const llvm::CallBase &call, const PathState &before,
                                llvm::SmallVectorImpl<PathState> &after) {
  std::vector<ExprId> arguments;
  for (const llvm::Use &use : call.args())
    arguments.push_back(before.facts.simplify(values.of(*use)));
  ExprId result = values.of(call);
  for (const Exit &exit : callee.exits) {
    PathState state = before;
    bool feasible = true;
    for (const Atom &atom : exit.guard) {
      ExprId value = instantiate(callee, atom.value, arguments, pool);
      if (value)
        feasible &= state.facts.assumeRange(value, rangeOf(atom.low, atom.high, atom.outside, pool[value].width));
    }
    if (result && !call.getType()->isVoidTy()) {
      unsigned width = pool[result].width;
      feasible &= state.facts.assumeRange(result, rangeOf(exit.low, exit.high, false, width));
      if (exit.nonZero)
        feasible &= state.facts.assumeRange(result, rangeOf(0, 0, true, width));
    }
    if (!feasible)
      continue;
    addDelta(state.delta, exit.delta);
    ExprId lock = arguments.empty() ? unknownExpr : arguments.front();
    ContextSet left = componentsOf(exit.delta, -1), entered = componentsOf(exit.delta, +1);
    if (!left.empty())
      release(state, left, lock);
    if (!entered.empty())
      acquire(state, call, entered, call.getCalledFunction()->getName(), unknownExpr);
    after.push_back(std::move(state));
  }
}

void ContextEffects::apply(const llvm::CallBase &call, llvm::SmallVectorImpl<PathState> &states) {
  const llvm::Function *callee = call.getCalledFunction();
  if (!callee)
    return;
  if (const rules::FunctionRule *rule = index.rule(*callee)) {
    if (rule->effects.empty())
      return;
    if (rule->effectsWhen == rules::EffectWhen::Always) {
      for (PathState &state : states)
        applyRule(*rule, call, state);
      return;
    }
    llvm::SmallVector<PathState, 4> after;
    for (const PathState &state : states)
      splitByResult(*rule, call, state, after);
    states.assign(std::make_move_iterator(after.begin()), std::make_move_iterator(after.end()));
    return;
  }
  const FunctionSummary *known = index.summaryOf(*callee);
  if (!known || !changesContext(*known))
    return;
  llvm::SmallVector<PathState, 4> after;
  for (const PathState &state : states)
    applyExits(*known, call, state, after);
  states.assign(std::make_move_iterator(after.begin()), std::make_move_iterator(after.end()));
}

} // namespace kmem::extract
