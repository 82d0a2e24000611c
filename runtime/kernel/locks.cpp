#include "runtime/kernel/locks_state.h"

#include "runtime/kernel/kernel.h"
#include "runtime/kernel/lock_kinds.h"

#include <cassert>
#include <exception>

namespace kmem::sim {

namespace {

bool changesIrqs(LockVariant variant) { return variant == LockVariant::Irq || variant == LockVariant::IrqSave; }

} // namespace

Locks::Locks(Kernel &kernel) : kernel(kernel), lockdep(kernel), current(std::make_unique<State>()) {
  for (const KernelLockRow &row : kernelLockRows()) {
    const WaitTypes types = waitTypesOf(row);
    LockRecord &lock = current->locks.write(current->locks.allocate());
    lock.kind = row.kind;
    lock.lockClass = lockdep.createClass(row.name, types.inner, types.outer, row.usageAtBoot);
  }
}
Locks::~Locks() = default;

const Locks::State &Locks::state() const {
  current->lockdep = lockdep.state();
  return *current;
}
void Locks::restore(const State &state) {
  *current = state;
  lockdep.restore(state.lockdep);
}

LockId Locks::create(LockKind kind, std::string_view name) {
  const WaitTypes types = waitTypesOf(kind);
  const LockId id = current->locks.allocate();
  LockRecord &lock = current->locks.write(id);
  lock.kind = kind;
  lock.lockClass = lockdep.createClass(name, types.inner, types.outer, 0);
  lock.count = 1;
  return id;
}
LockId Locks::createLike(LockId sibling) {
  const LockRecord like = current->locks[sibling];
  const LockId id = current->locks.allocate();
  LockRecord &lock = current->locks.write(id);
  lock.kind = like.kind;
  lock.lockClass = like.lockClass;
  lock.count = 1;
  return id;
}
void Locks::destroy(LockId lock) { current->locks.free(lock); }
LockId Locks::of(KernelLock lock) const { return LockId(lock) + 1; }
std::string_view Locks::nameOf(LockId lock) const {
  return lockdep.state().classes[current->locks[lock].lockClass].name;
}

bool Locks::isHeldByCurrent(LockId lock) const { return current->locks[lock].owner == kernel.context.taskId(); }

bool Locks::isFree(LockId lock, LockMode mode) const {
  const LockRecord &record = current->locks[lock];
  if (record.kind == LockKind::Semaphore)
    return record.count > 0;
  return !record.owner && (mode == LockMode::Shared || !record.sharers);
}

void Locks::take(LockId lock, LockMode mode, bool irqsWereOff) {
  LockRecord &record = current->locks.write(lock);
  record.irqsWereOff = irqsWereOff;
  if (record.kind == LockKind::Semaphore)
    --record.count;
  else if (mode == LockMode::Shared)
    ++record.sharers;
  else
    record.owner = kernel.context.taskId();
}

/// The order of include/linux/spinlock_api_smp.h: interrupts, bottom halves, preemption.
void Locks::enter(LockKind kind, LockVariant variant, bool &irqsWereOff) {
  Context &context = kernel.context;
  irqsWereOff = changesIrqs(variant) && context.irqSave() && variant == LockVariant::IrqSave;
  if (variant == LockVariant::Bh)
    context.bhDisable(spins(kind) ? preemptOffset : 0);
  else if (spins(kind) || (kind == LockKind::Local && !changesIrqs(variant)))
    context.preemptDisable();
}

void Locks::leave(LockKind kind, LockVariant variant, bool irqsWereOff) {
  Context &context = kernel.context;
  if (changesIrqs(variant))
    context.irqRestore(irqsWereOff);
  if (variant == LockVariant::Bh)
    context.bhEnable(spins(kind) ? preemptOffset : 0);
  else if (spins(kind) || (kind == LockKind::Local && !changesIrqs(variant)))
    context.preemptEnable();
}

void Locks::checkSleep(LockKind kind, LockMode mode, LockVariant variant) {
  const bool interruptible = variant == LockVariant::Interruptible;
  if (const SiteByRelease *site = sleepSite(kind, mode, interruptible, kernel.profile.proveLocking))
    kernel.context.mightSleep(site->in(kernel.profile.release));
}

void Locks::annotate(LockId lock, LockMode mode, bool trylock) {
  if (!kernel.profile.proveLocking)
    return;
  const LockRecord &record = current->locks[lock];
  if (!isKnownToLockdep(record.kind))
    return;
  uint8_t read = mode == LockMode::Shared;
  if (read && record.kind == LockKind::ReadWrite && kernel.context.inInterrupt())
    read = 2; // read_lock_is_recursive()
  lockdep.acquire({lock, record.lockClass, read, trylock});
}

void Locks::waitFor(LockId lock, LockMode mode) {
  const LockRecord record = current->locks[lock];
  const bool own = record.owner && record.owner == kernel.context.taskId();
  if (own || !sleepSite(record.kind, mode, false, false))
    throw Death{DeathKind::Hang};
  kernel.context.setTaskState(TaskState::Uninterruptible);
  kernel.deferred.waitUntil([&] { return isFree(lock, mode); });
  kernel.context.setTaskState(TaskState::Running);
}

void Locks::acquire(LockId lock, LockMode mode, LockVariant variant) {
  const LockKind kind = current->locks[lock].kind;
  checkSleep(kind, mode, variant);
  bool irqsWereOff = false;
  enter(kind, variant, irqsWereOff);
  annotate(lock, mode, false);
  if (!isFree(lock, mode) && kind != LockKind::Map && kind != LockKind::Local)
    waitFor(lock, mode);
  take(lock, mode, irqsWereOff);
}

bool Locks::tryAcquire(LockId lock, LockMode mode, LockVariant variant) {
  const LockKind kind = current->locks[lock].kind;
  bool irqsWereOff = false;
  enter(kind, variant, irqsWereOff);
  if (!isFree(lock, mode)) {
    leave(kind, variant, irqsWereOff);
    return false;
  }
  annotate(lock, mode, true);
  take(lock, mode, irqsWereOff);
  return true;
}

void Locks::release(LockId lock, LockVariant variant) {
  LockRecord &record = current->locks.write(lock);
  const LockKind kind = record.kind;
  const bool irqsWereOff = record.irqsWereOff;
  if (kind == LockKind::Semaphore)
    ++record.count;
  else if (record.owner)
    record.owner = 0;
  else if (record.sharers)
    --record.sharers;
  if (isKnownToLockdep(kind))
    lockdep.release(lock);
  leave(kind, variant, irqsWereOff);
}

void Locks::mightLock(LockId lock, LockMode mode) {
  annotate(lock, mode, false);
  lockdep.release(lock);
}

LockScope::LockScope(Kernel &kernel, KernelLock lock, LockVariant variant)
    : locks(kernel.locks), lock(kernel.locks.of(lock)), variant(variant),
      exceptionsAtStart(std::uncaught_exceptions()) {
  // Code holds off CPU hotplug as one of many: cpus_read_lock().
  locks.acquire(this->lock, lock == KernelLock::CpuHotplug ? LockMode::Shared : LockMode::Exclusive, variant);
}
LockScope::~LockScope() {
  if (std::uncaught_exceptions() == exceptionsAtStart)
    locks.release(lock, variant);
}

} // namespace kmem::sim
