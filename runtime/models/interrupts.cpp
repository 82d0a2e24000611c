// preempt_count, bottom halves and the interrupt flag (include/linux/preempt.h, bottom_half.h, irqflags.h).
#include "runtime/models/lock_calls.h"
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

/// The row's argument that says how much, 1 without one.
uint32_t amountOf(ModelCall &call) {
  for (const rules::ContextEffect &effect : call.rule.effects)
    if (effect.amount != rules::noArgument)
      return uint32_t(call.number(effect.amount));
  return sim::preemptOffset;
}

Values preemptAdd(ModelCall &call) {
  call.context().preemptAdd(amountOf(call));
  return call.nothing();
}
/// As a condition: whether to reschedule, which is not.
Values preemptSub(ModelCall &call) {
  leavePreemption(call, amountOf(call));
  return call.nothing();
}
Values preemptCount(ModelCall &call) { return call.returns(call.context().preemptCount()); }

/// __local_bh_disable_ip(ip, count): the count may hold a preemption as well.
uint32_t preemptionInCount(ModelCall &call) { return call.has(1) ? uint32_t(call.number(1)) & sim::preemptMask : 0; }
Values bhDisable(ModelCall &call) {
  call.context().bhDisable(preemptionInCount(call));
  return call.nothing();
}
Values bhEnable(ModelCall &call) {
  leaveBottomHalves(call, preemptionInCount(call));
  return call.nothing();
}

Values irqSave(ModelCall &call) { return giveFlags(call, call.context().irqSave()); }
Values irqRestore(ModelCall &call) {
  call.context().irqRestore(irqsOffInArgument(call));
  return call.nothing();
}
Values irqDisable(ModelCall &call) {
  call.context().irqSave();
  return call.nothing();
}
Values irqEnable(ModelCall &call) {
  call.context().irqRestore(false);
  return call.nothing();
}
Values irqFlags(ModelCall &call) { return call.returns(savedFlags(call.context().irqsDisabled())); }
/// Of the CPU, or of the flags given.
Values irqsDisabled(ModelCall &call) {
  return call.returns(call.has(0) ? saysIrqsOff(call.number(0)) : call.context().irqsDisabled());
}

constexpr ModelRow rows[] = {
    {"preempt_count_add", preemptAdd}, {"preempt_count_sub", preemptSub}, {"preempt_count", preemptCount},
    {"local_bh_disable", bhDisable},   {"local_bh_enable", bhEnable},     {"local_irq_save", irqSave},
    {"local_irq_restore", irqRestore}, {"local_irq_disable", irqDisable}, {"local_irq_enable", irqEnable},
    {"local_save_flags", irqFlags},    {"irqs_disabled", irqsDisabled},
};

} // namespace

ModelTable interruptModels() { return rows; }

} // namespace kmem::replay
