#include "runtime/kernel/locks_state.h"

#include "runtime/kernel/kernel.h"

#include <exception>

namespace kmem::sim {

namespace {

struct KernelLockRow {
  LockKind kind;
  const char *name;
};
/// By KernelLock. Names as lockdep prints them.
constexpr KernelLockRow kernelLocks[kernelLockCount] = {
    {LockKind::Map, "fs_reclaim"},
    {LockKind::Spin, "&zone->lock"},
    {LockKind::Spin, "&pcp->lock"},
    {LockKind::Spin, "&n->list_lock"},
    {LockKind::Local, "&c->lock"},
    {LockKind::Mutex, "slab_mutex"},
    {LockKind::PercpuRwSemaphore, "cpu_hotplug_lock"},
    {LockKind::Spin, "&vn->busy.lock"},
    {LockKind::Mutex, "vmap_purge_lock"},
    {LockKind::Spin, "&vb->lock"},
    {LockKind::Mutex, "pcpu_alloc_mutex"},
    {LockKind::Spin, "pcpu_lock"},
    {LockKind::Spin, "&pool->lock"},
    {LockKind::Spin, "&retval->lock"},
    {LockKind::Mutex, "pools_lock"},
    {LockKind::Spin, "&dev->devres_lock"},
    {LockKind::RwSemaphore, "&mm->mmap_lock"},
    {LockKind::Spin, "&xa->xa_lock"},
    {LockKind::RawSpin, "krc.lock"},
    {LockKind::RawSpin, "&obj_hash[i].lock"},
};

bool spins(LockKind kind) {
  switch (kind) {
  case LockKind::RawSpin:
  case LockKind::Spin:
  case LockKind::ReadWrite:
  case LockKind::Bit:
  case LockKind::Local:
  case LockKind::SeqLock:
    return true;
  default:
    return false;
  }
}

} // namespace

Locks::Locks(Kernel &kernel) : kernel(kernel), current(std::make_unique<State>()) {
  for (const KernelLockRow &row : kernelLocks)
    create(row.kind, row.name);
}
Locks::~Locks() = default;

const Locks::State &Locks::state() const { return *current; }
void Locks::restore(const State &state) { *current = state; }

LockId Locks::create(LockKind kind, std::string_view name) {
  const LockId id = current->locks.allocate();
  LockRecord &lock = current->locks.write(id);
  name.copy(lock.name, sizeof(lock.name) - 1);
  lock.kind = kind;
  lock.live = true;
  return id;
}
void Locks::destroy(LockId lock) { current->locks.free(lock); }
LockId Locks::of(KernelLock lock) const { return LockId(lock) + 1; }

bool Locks::isHeldByCurrent(LockId lock) const { return current->locks[lock].owner == kernel.context.taskId(); }

void Locks::acquire(LockId lock, LockMode mode, LockVariant variant) {
  Context &context = kernel.context;
  bool irqsWereOff = false;
  if (variant == LockVariant::Irq || variant == LockVariant::IrqSave)
    irqsWereOff = context.irqSave() && variant == LockVariant::IrqSave;
  if (variant == LockVariant::Bh)
    context.bhDisable();
  if (spins(current->locks[lock].kind))
    context.preemptDisable();
  LockRecord &record = current->locks.write(lock);
  record.irqsWereOff = irqsWereOff;
  if (mode == LockMode::Shared)
    ++record.sharers;
  else
    record.owner = context.taskId();
}

void Locks::release(LockId lock, LockVariant variant) {
  Context &context = kernel.context;
  LockRecord &record = current->locks.write(lock);
  if (record.owner)
    record.owner = 0;
  else if (record.sharers)
    --record.sharers;
  if (variant == LockVariant::Irq || variant == LockVariant::IrqSave)
    context.irqRestore(record.irqsWereOff);
  if (spins(record.kind))
    context.preemptEnable();
  if (variant == LockVariant::Bh)
    context.bhEnable();
}

bool Locks::tryAcquire(LockId lock, LockMode mode, LockVariant variant) {
  acquire(lock, mode, variant);
  return true;
}

LockScope::LockScope(Kernel &kernel, KernelLock lock, LockVariant variant)
    : locks(kernel.locks), lock(kernel.locks.of(lock)), variant(variant),
      exceptionsAtStart(std::uncaught_exceptions()) {
  locks.acquire(this->lock, LockMode::Exclusive, variant);
}
LockScope::~LockScope() {
  if (std::uncaught_exceptions() == exceptionsAtStart)
    locks.release(lock, variant);
}

} // namespace kmem::sim
