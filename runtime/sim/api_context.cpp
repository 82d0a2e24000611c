// kmem/sim.h: contexts and locks.
#include "runtime/sim/machine.h"

using namespace kmem::sim;

namespace {

EnteredContext enter(Kernel &kernel, kmem_context wanted) {
  EnteredContext entered{wanted, {}, false};
  switch (wanted) {
  case KMEM_CONTEXT_NO_PREEMPTION:
    kernel.context.preemptDisable();
    break;
  case KMEM_CONTEXT_NO_BH:
    kernel.context.bhDisable();
    break;
  case KMEM_CONTEXT_NO_IRQS:
    entered.irqsWereOff = kernel.context.irqSave();
    break;
  case KMEM_CONTEXT_RCU_READER:
    kernel.locks.rcuReadLock();
    break;
  case KMEM_CONTEXT_SOFTIRQ:
    kernel.context.enterSoftirq();
    break;
  case KMEM_CONTEXT_HARDIRQ:
    entered.interrupted = kernel.context.enterHardirq();
    break;
  case KMEM_CONTEXT_NMI:
    entered.interrupted = kernel.context.enterNmi();
    break;
  }
  return entered;
}

void leave(Kernel &kernel, const EnteredContext &entered) {
  switch (entered.context) {
  case KMEM_CONTEXT_NO_PREEMPTION:
    kernel.context.preemptEnable();
    break;
  case KMEM_CONTEXT_NO_BH:
    kernel.context.bhEnable();
    break;
  case KMEM_CONTEXT_NO_IRQS:
    kernel.context.irqRestore(entered.irqsWereOff);
    break;
  case KMEM_CONTEXT_RCU_READER:
    kernel.locks.rcuReadUnlock();
    break;
  case KMEM_CONTEXT_SOFTIRQ:
    kernel.context.leaveSoftirq();
    break;
  case KMEM_CONTEXT_HARDIRQ:
    kernel.context.leaveHardirq(entered.interrupted);
    break;
  case KMEM_CONTEXT_NMI:
    kernel.context.leaveNmi(entered.interrupted);
    break;
  }
}

constexpr LockKind lockKinds[] = {LockKind::RawSpin, LockKind::Spin,        LockKind::ReadWrite,
                                  LockKind::Mutex,   LockKind::RwSemaphore, LockKind::Semaphore};
constexpr LockMode lockModes[] = {LockMode::Exclusive, LockMode::Shared};
constexpr LockVariant lockVariants[] = {LockVariant::Plain, LockVariant::Bh, LockVariant::Irq, LockVariant::IrqSave};

bool isLock(const kmem_sim *machine, kmem_lock_id lock, kmem_lock_mode mode, kmem_lock_variant variant) {
  return machine && lock && machine->handle.locks[lock] && unsigned(mode) <= KMEM_LOCK_SHARED &&
         unsigned(variant) <= KMEM_LOCK_IRQSAVE;
}

} // namespace

extern "C" {

kmem_status kmem_sim_enter(kmem_sim *machine, kmem_context context) {
  if (unsigned(context) > KMEM_CONTEXT_NMI)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) { machine->handle.entered.push_back(enter(system.kernel, context)); });
}

kmem_status kmem_sim_leave(kmem_sim *machine, kmem_context context) {
  if (!machine || machine->handle.entered.empty() || machine->handle.entered.back().context != context)
    return KMEM_BAD_ARGUMENT;
  const EnteredContext entered = machine->handle.entered.back();
  machine->handle.entered.pop_back();
  return machine->call([&](System &system) { leave(system.kernel, entered); });
}

uint32_t kmem_sim_preempt_count(const kmem_sim *machine) {
  return machine ? machine->system.kernel.context.preemptCount() : 0;
}

int kmem_sim_irqs_disabled(const kmem_sim *machine) { return machine && machine->system.kernel.context.irqsDisabled(); }

kmem_status kmem_sim_might_sleep(kmem_sim *machine, const char *file, unsigned line) {
  return onMachine(machine, [&](System &system) { system.kernel.context.mightSleep({"", file ? file : "", line}); });
}

kmem_status kmem_sim_schedule(kmem_sim *machine) {
  return onMachine(machine, [](System &system) { system.kernel.deferred.schedule(); });
}

kmem_status kmem_sim_lock_create(kmem_sim *machine, kmem_lock_kind kind, const char *name, kmem_lock_id *lock) {
  if (!name || unsigned(kind) > KMEM_LOCK_SEMAPHORE)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) {
    const LockId created = system.kernel.locks.create(lockKinds[kind], name);
    machine->handle.locks.write(created) = 1;
    give(lock, created);
  });
}

kmem_status kmem_sim_lock(kmem_sim *machine, kmem_lock_id lock, kmem_lock_mode mode, kmem_lock_variant variant) {
  if (!isLock(machine, lock, mode, variant))
    return KMEM_BAD_ARGUMENT;
  return machine->call(
      [&](System &system) { system.kernel.locks.acquire(lock, lockModes[mode], lockVariants[variant]); });
}

kmem_status kmem_sim_trylock(kmem_sim *machine, kmem_lock_id lock, kmem_lock_mode mode, kmem_lock_variant variant,
                             int *taken) {
  if (!isLock(machine, lock, mode, variant))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    const bool contended = system.oracle.decide({.point = DecisionPoint::TryLock});
    give(taken, !contended && system.kernel.locks.tryAcquire(lock, lockModes[mode], lockVariants[variant]));
  });
}

kmem_status kmem_sim_unlock(kmem_sim *machine, kmem_lock_id lock, kmem_lock_variant variant) {
  if (!isLock(machine, lock, KMEM_LOCK_EXCLUSIVE, variant))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.kernel.locks.release(lock, lockVariants[variant]); });
}

} // extern "C"
