#include "runtime/models/lock_calls.h"

#include "runtime/kernel/lock_kinds.h"
#include "runtime/models/counterparts.h"

namespace kmem::replay {

namespace {

constexpr uint64_t interruptFlag = 0x200; ///< X86_EFLAGS_IF
constexpr uint64_t alwaysSet = 0x2;       ///< X86_EFLAGS_FIXED
constexpr uint32_t lockBytes = 4;         ///< of an arch_spinlock_t, what must not be freed while it is held

sim::LockId lockAt(ModelCall &call, Address address, sim::LockKind kind) {
  refuseNull(call, address);
  if (const uint32_t known = counterpartAt(call, Counterpart::Lock, address))
    return known;
  const sim::LockId lock = call.kernel().locks.create(kind, nameFor(call, address, "lock"));
  setCounterpart(call, Counterpart::Lock, address, lock);
  call.system().debugObjects.placeLock(address, lockBytes, lock);
  return lock;
}

void leaveContextOf(ModelCall &call, const LockCall &lock) {
  if (!sim::spins(lock.kind))
    return;
  if (lock.variant == sim::LockVariant::Irq)
    call.context().irqRestore(false);
  if (lock.variant == sim::LockVariant::Bh)
    leaveBottomHalves(call, sim::preemptOffset);
  else
    leavePreemption(call);
}

const rules::ContextEffect *effectOf(const rules::FunctionRule &rule, rules::ContextEffect::Kind kind) {
  for (const rules::ContextEffect &effect : rule.effects)
    if (effect.kind == kind)
      return &effect;
  return nullptr;
}

} // namespace

void acquireAt(ModelCall &call, Address address, const LockCall &lock) {
  call.kernel().locks.acquire(lockAt(call, address, lock.kind), lock.mode, lock.variant);
}

void releaseAt(ModelCall &call, Address address, const LockCall &lock) {
  const bool isKnown = counterpartAt(call, Counterpart::Lock, address) != 0;
  const sim::LockId id = lockAt(call, address, lock.kind);
  if (isKnown || lock.kind == sim::LockKind::Semaphore)
    call.kernel().locks.release(id, lock.variant);
  else
    leaveContextOf(call, lock);
}

bool tryAcquireAt(ModelCall &call, Address address, const LockCall &lock) {
  const sim::LockId id = lockAt(call, address, lock.kind);
  sim::Locks &locks = call.kernel().locks;
  if (!locks.isHeldByCurrent(id) && call.unusual(ChoiceKind::Trylock))
    return false;
  return locks.tryAcquire(id, lock.mode, lock.variant);
}

Value savedFlags(bool irqsWereOff) { return Value::known(alwaysSet | (irqsWereOff ? 0 : interruptFlag), maxWidth); }

bool saysIrqsOff(uint64_t flags) { return !(flags & interruptFlag); }

Values giveFlags(ModelCall &call, bool irqsWereOff, uint64_t result) {
  const rules::ContextEffect *save = effectOf(call.rule, rules::ContextEffect::Kind::SaveIrqs);
  if (!save || save->flags == rules::noArgument)
    return call.returns(savedFlags(irqsWereOff));
  call.store(call.pointer(save->flags), savedFlags(irqsWereOff));
  return call.returns(result);
}

bool irqsOffInArgument(ModelCall &call) {
  const rules::ContextEffect *restore = effectOf(call.rule, rules::ContextEffect::Kind::RestoreIrqs);
  return saysIrqsOff(call.number(restore ? restore->flags : 0));
}

void leavePreemption(ModelCall &call, uint32_t amount) {
  if (amount <= call.context().preemptCount())
    call.context().preemptSub(amount);
  else
    call.simplified("preemption was not disabled in this run: its caller did");
}

void leaveBottomHalves(ModelCall &call, uint32_t preemption) {
  const uint32_t count = call.context().preemptCount();
  if ((count & sim::softirqMask) >= sim::softirqDisableOffset && (count & sim::preemptMask) >= preemption)
    call.context().bhEnable(preemption);
  else
    call.simplified("bottom halves were not disabled in this run: its caller did");
}

void leaveRcu(ModelCall &call) {
  if (call.context().task().rcuDepth > 0)
    call.kernel().locks.rcuReadUnlock();
  else
    call.simplified("the section was not entered in this run: its caller did");
}

} // namespace kmem::replay
