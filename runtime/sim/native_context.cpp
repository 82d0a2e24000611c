// kmem/native.h: locks, contexts, sleeping and time.
#include "runtime/sim/include/kmem/native.h"
#include "runtime/sim/native_state.h"

using namespace kmem::sim;

namespace {

constexpr LockKind lockKinds[] = {LockKind::RawSpin, LockKind::Spin,        LockKind::ReadWrite,
                                  LockKind::Mutex,   LockKind::RwSemaphore, LockKind::Semaphore};
constexpr LockVariant variants[] = {LockVariant::Plain, LockVariant::Bh, LockVariant::Irq, LockVariant::IrqSave};

LockMode modeOf(kmem_lock_mode mode) { return mode == KMEM_LOCK_SHARED ? LockMode::Shared : LockMode::Exclusive; }

/// Locks with one name are one class to lockdep, as those of one ..._init() are.
LockId createLock(kmem_sim &machine, LockKind kind, const char *name) {
  Locks &locks = machine.system.kernel.locks;
  LockId &first = machine.native->lockClasses[{kind, name}];
  if (first)
    return locks.createLike(first);
  return first = locks.create(kind, name);
}

LockId idOf(kmem_sim &machine, struct kmem_native_lock *lock, kmem_lock_kind kind, const char *name) {
  if (lock->machine != machine.serial) {
    lock->id = createLock(machine, lockKinds[kind], name);
    lock->machine = machine.serial;
  }
  return lock->id;
}

constexpr TaskFlag scopeFlags[] = {PfMemallocNoio, PfMemallocNofs, PfMemalloc};
constexpr uint64_t nanosecondsPerSecond = 1000000000;

} // namespace

extern "C" {

void kmem_native_lock_init(struct kmem_native_lock *lock) { *lock = {}; }

void kmem_native_lock(struct kmem_native_lock *lock, kmem_lock_kind kind, const char *name, kmem_lock_mode mode,
                      kmem_lock_variant variant) {
  inKernel(name, [&](kmem_sim &machine) {
    machine.system.kernel.locks.acquire(idOf(machine, lock, kind, name), modeOf(mode), variants[variant]);
  });
}
bool kmem_native_trylock(struct kmem_native_lock *lock, kmem_lock_kind kind, const char *name, kmem_lock_mode mode,
                         kmem_lock_variant variant) {
  return inKernel(name, [&](kmem_sim &machine) {
    const LockId id = idOf(machine, lock, kind, name);
    const bool contended = machine.system.oracle.decide({.point = DecisionPoint::TryLock});
    return !contended && machine.system.kernel.locks.tryAcquire(id, modeOf(mode), variants[variant]);
  });
}
void kmem_native_unlock(struct kmem_native_lock *lock, kmem_lock_kind kind, const char *name, kmem_lock_mode,
                        kmem_lock_variant variant) {
  inKernel(name, [&](kmem_sim &machine) {
    machine.system.kernel.locks.release(idOf(machine, lock, kind, name), variants[variant]);
  });
}
bool kmem_native_is_locked(const struct kmem_native_lock *lock) {
  return inKernel("is_locked", [&](kmem_sim &machine) {
    return lock->machine == machine.serial && machine.system.kernel.locks.isHeldByCurrent(lock->id);
  });
}

void kmem_native_preempt_disable(void) {
  inKernel("preempt_disable", [](kmem_sim &machine) { machine.system.kernel.context.preemptDisable(); });
}
void kmem_native_preempt_enable(void) {
  inKernel("preempt_enable", [](kmem_sim &machine) { machine.system.kernel.context.preemptEnable(); });
}
void kmem_native_bh_disable(void) {
  inKernel("local_bh_disable", [](kmem_sim &machine) { machine.system.kernel.context.bhDisable(); });
}
void kmem_native_bh_enable(void) {
  inKernel("local_bh_enable", [](kmem_sim &machine) { machine.system.kernel.context.bhEnable(); });
}
unsigned long kmem_native_irq_save(void) {
  return inKernel("local_irq_save",
                  [](kmem_sim &machine) { return (unsigned long)machine.system.kernel.context.irqSave(); });
}
void kmem_native_irq_restore(unsigned long were_off) {
  inKernel("local_irq_restore", [&](kmem_sim &machine) { machine.system.kernel.context.irqRestore(were_off != 0); });
}
bool kmem_native_irqs_disabled(void) {
  return inKernel("irqs_disabled", [](kmem_sim &machine) { return machine.system.kernel.context.irqsDisabled(); });
}
uint32_t kmem_native_preempt_count(void) {
  return inKernel("preempt_count", [](kmem_sim &machine) { return machine.system.kernel.context.preemptCount(); });
}
void kmem_native_rcu_read_lock(void) {
  inKernel("rcu_read_lock", [](kmem_sim &machine) { machine.system.kernel.locks.rcuReadLock(); });
}
void kmem_native_rcu_read_unlock(void) {
  inKernel("rcu_read_unlock", [](kmem_sim &machine) { machine.system.kernel.locks.rcuReadUnlock(); });
}
bool kmem_native_rcu_read_lock_held(void) {
  return inKernel("rcu_read_lock_held",
                  [](kmem_sim &machine) { return machine.system.kernel.context.task().rcuDepth > 0; });
}

void kmem_native_might_sleep(const char *file, int line) {
  inKernel("might_sleep",
           [&](kmem_sim &machine) { machine.system.kernel.context.mightSleep({"", file, unsigned(line)}); });
}
void kmem_native_cond_resched(void) {
  inKernel("cond_resched", [](kmem_sim &machine) { machine.system.kernel.context.condResched({"", "", 0}); });
}
void kmem_native_schedule(void) {
  inKernel("schedule", [](kmem_sim &machine) { machine.system.kernel.deferred.schedule(); });
}
void kmem_native_sleep(uint64_t nanoseconds) {
  inKernel("msleep", [&](kmem_sim &machine) { machine.system.kernel.deferred.sleep(nanoseconds); });
}
void kmem_native_spin(uint64_t nanoseconds) {
  inKernel("udelay", [&](kmem_sim &machine) {
    Context &context = machine.system.kernel.context;
    context.advanceTo(context.nanoseconds() + nanoseconds);
    machine.system.kernel.deferred.runPendingInterrupts();
  });
}
bool kmem_native_wait_step(uint64_t nanoseconds) {
  return inKernel("wait", [&](kmem_sim &machine) {
    // Asked before the CPU is given away, and again before and after the first thing that runs.
    unsigned asked = 0;
    const auto somethingRan = [&] { return ++asked > 2; };
    if (nanoseconds != UINT64_MAX)
      return machine.system.kernel.deferred.waitUntil(somethingRan, nanoseconds);
    machine.system.kernel.deferred.waitUntil(somethingRan);
    return true;
  });
}

uint64_t kmem_native_jiffies(void) {
  return inKernel("jiffies", [](kmem_sim &machine) { return machine.system.kernel.context.jiffies(); });
}
uint64_t kmem_native_nanoseconds(void) {
  return inKernel("ktime_get", [](kmem_sim &machine) { return machine.system.kernel.context.nanoseconds(); });
}
unsigned kmem_native_hz(void) {
  return inKernel("HZ", [](kmem_sim &machine) {
    return unsigned(nanosecondsPerSecond / machine.system.kernel.context.nanosecondsPerJiffy());
  });
}
unsigned kmem_native_scope_enter(enum kmem_native_scope scope) {
  return inKernel("memalloc_save", [&](kmem_sim &machine) {
    return unsigned(machine.system.kernel.context.setTaskFlag(scopeFlags[scope]));
  });
}
void kmem_native_scope_leave(enum kmem_native_scope scope, unsigned before) {
  inKernel("memalloc_restore",
           [&](kmem_sim &machine) { machine.system.kernel.context.restoreTaskFlag(scopeFlags[scope], before); });
}

} // extern "C"
