#include "runtime/models/rule_driven.h"

#include "runtime/models/allocations.h"
#include "runtime/models/call_types.h"
#include "runtime/models/lock_calls.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

using Kind = rules::ContextEffect::Kind;

void checkSleep(ModelCall &call) {
  const rules::FunctionRule &rule = call.rule;
  if (rule.dropsCallersLock || (rule.allowedInInterrupt && call.context().inInterrupt()))
    return;
  if (rule.sleeps == rules::SleepWhen::Always)
    call.context().mightSleep(call.calleeSite());
  else if (rule.sleeps == rules::SleepWhen::GfpBlocks)
    call.context().mightAlloc(call.gfpBits.toKernel(call.number(rule.sleepGfp)));
}

bool isIn(const sim::Context &context, ContextComponent component) {
  switch (component) {
  case ContextComponent::Preempt:
    return context.preemptCount() & sim::preemptMask;
  case ContextComponent::Softirq:
    return (context.preemptCount() & sim::softirqMask) >= sim::softirqDisableOffset;
  case ContextComponent::ServingSoftirq:
    return context.inServingSoftirq();
  case ContextComponent::Hardirq:
    return context.inHardirq();
  case ContextComponent::Nmi:
    return context.inNmi();
  case ContextComponent::IrqsOff:
    return context.irqsDisabled();
  case ContextComponent::Rcu:
    return context.task().rcuDepth > 0;
  }
  return false;
}

/// A call that does not sleep and is forbidden here all the same warns, as kfree_skb() in an interrupt does.
void checkForbidden(ModelCall &call) {
  if (call.rule.sleeps != rules::SleepWhen::Never)
    return;
  for (unsigned i = 0; i < contextComponentCount; ++i)
    if (call.rule.forbiddenIn.contains(ContextComponent(i)) && isIn(call.context(), ContextComponent(i)))
      return call.kernel().reports.warn(call.calleeSite());
}

void enterComponent(ModelCall &call, ContextComponent component, uint32_t amount) {
  switch (component) {
  case ContextComponent::Preempt:
    return call.context().preemptAdd(amount);
  case ContextComponent::Softirq:
    return call.context().bhDisable();
  case ContextComponent::IrqsOff:
    call.context().irqSave();
    return;
  case ContextComponent::Rcu:
    return call.kernel().locks.rcuReadLock();
  default:
    return;
  }
}

void leaveComponent(ModelCall &call, ContextComponent component, uint32_t amount) {
  switch (component) {
  case ContextComponent::Preempt:
    return leavePreemption(call, amount);
  case ContextComponent::Softirq:
    return leaveBottomHalves(call);
  case ContextComponent::IrqsOff:
    return call.context().irqRestore(false);
  case ContextComponent::Rcu:
    return leaveRcu(call);
  default:
    return;
  }
}

void apply(ModelCall &call, const rules::ContextEffect &effect) {
  const uint32_t amount = effect.amount == rules::noArgument ? 1 : uint32_t(call.number(effect.amount));
  switch (effect.kind) {
  case Kind::Enter:
    return enterComponent(call, effect.component, amount);
  case Kind::Leave:
    return leaveComponent(call, effect.component, amount);
  case Kind::SaveIrqs: {
    const Value flags = savedFlags(call.context().irqSave());
    if (effect.flags != rules::noArgument)
      call.store(call.pointer(effect.flags), flags);
    return;
  }
  case Kind::RestoreIrqs:
    return call.context().irqRestore(irqsOffInArgument(call));
  case Kind::EnableIrqs:
    return call.context().irqRestore(false);
  }
}

/// The result with which the effects took place, or did not.
Values outcomeOfTry(ModelCall &call, bool nonZero) {
  if (!nonZero)
    return call.returns(0);
  const bool isPointer = !call.site.resultWidths.empty() && call.site.resultWidths.front() == maxWidth;
  return isPointer ? call.returnsFresh() : call.returns(1);
}

Values changeContext(ModelCall &call) {
  const rules::FunctionRule &rule = call.rule;
  if (rule.effectsWhen == rules::EffectWhen::Always) {
    const bool irqsWereOff = call.context().irqsDisabled();
    for (const rules::ContextEffect &effect : rule.effects)
      apply(call, effect);
    const bool givesFlags = llvm::any_of(rule.effects, [](const rules::ContextEffect &effect) {
      return effect.kind == Kind::SaveIrqs && effect.flags == rules::noArgument;
    });
    return givesFlags ? call.returns(savedFlags(irqsWereOff)) : call.returnsFresh();
  }
  const bool takesPlace = !call.unusual(ChoiceKind::StubResult);
  if (takesPlace)
    for (const rules::ContextEffect &effect : rule.effects)
      apply(call, effect);
  return outcomeOfTry(call, takesPlace == (rule.effectsWhen == rules::EffectWhen::ReturnsNonZero));
}

/// Memory of a family that the simulated kernel has no allocator for: an object of the type returned.
Values allocate(ModelCall &call) {
  AllocationRequest request = requestOf(call);
  if (isToFail(call, request))
    return allocated(call, request, 0);
  const Address object = call.machine.objects.make(resultType(call.site, call.callee), call.title());
  if (!object)
    throw Refusal{"no room for the object of " + call.title()};
  if (!request.size)
    request.size = call.machine.objects.at(object)->size;
  return allocated(call, request, object);
}

Values release(ModelCall &call) {
  const Address object = call.pointer(call.rule.free->arg);
  if (object && !sim::isErrorPointer(object))
    releaseAt(call, object, [] {});
  return call.returnsFresh();
}

} // namespace

Values anyOutcome(ModelCall &call) {
  call.chooser.shortcut(ShortcutKind::Stub, call.rule.spelling);
  for (const rules::CallbackRule &callback : call.rule.callbacks)
    if (callback.synchronous)
      call.chooser.shortcut(ShortcutKind::SkippedCallee, "what " + call.title() + " calls back");
  for (size_t i = 0; i < call.arguments.size(); ++i)
    call.openPointee(int(i));
  return call.returnsFresh();
}

void checkBeforeBody(ModelCall &call) {
  if (call.rule.sleeps == rules::SleepWhen::Always)
    checkSleep(call);
}

Values doWhatTheRuleSays(ModelCall &call) {
  const rules::FunctionRule &rule = call.rule;
  checkSleep(call);
  checkForbidden(call);
  if (rule.noReturn)
    throw sim::Death{sim::DeathKind::Signal};
  if (rule.alloc)
    return allocate(call);
  if (rule.free)
    return release(call);
  if (!rule.effects.empty())
    return changeContext(call);
  if (rule.test == rules::ContextTest::RcuDepth)
    return call.returns(uint64_t(call.context().task().rcuDepth));
  if (rule.opaque)
    return call.returnsFresh();
  return anyOutcome(call);
}

} // namespace kmem::replay
