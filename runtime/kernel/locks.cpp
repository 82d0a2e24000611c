#include "runtime/kernel/locks_state.h"

#include "runtime/kernel/kernel.h"

#include <cassert>
#include <exception>

namespace kmem::sim {

namespace {

constexpr uint32_t onEverywhere = EnabledHardirq | EnabledSoftirq;

struct KernelLockRow {
  KernelLock lock;
  LockKind kind;
  const char *name;
  uint32_t usageAtBoot; ///< how boot has used it: with interrupts on, or not in a way that matters
};
/// In the order of KernelLock. Names as lockdep prints them.
constexpr KernelLockRow kernelLocks[] = {
    {KernelLock::FsReclaim, LockKind::Map, "fs_reclaim", onEverywhere},
    {KernelLock::Zone, LockKind::Spin, "&zone->lock", 0},
    {KernelLock::PcpList, LockKind::Spin, "&pcp->lock", 0},
    {KernelLock::SlabNode, LockKind::Spin, "&n->list_lock", 0},
    {KernelLock::SlabCpu, LockKind::Local, "&c->lock", 0},
    {KernelLock::SlabMutex, LockKind::Mutex, "slab_mutex", onEverywhere},
    {KernelLock::CpuHotplug, LockKind::PercpuRwSemaphore, "cpu_hotplug_lock", onEverywhere | onEverywhere << UsageRead},
    {KernelLock::VmapNode, LockKind::Spin, "&vn->busy.lock", onEverywhere},
    {KernelLock::VmapPurge, LockKind::Mutex, "vmap_purge_lock", onEverywhere},
    {KernelLock::VmapBlock, LockKind::Spin, "&vb->lock", onEverywhere},
    {KernelLock::PercpuAlloc, LockKind::Mutex, "pcpu_alloc_mutex", onEverywhere},
    {KernelLock::PercpuLists, LockKind::Spin, "pcpu_lock", 0},
    {KernelLock::Mempool, LockKind::Spin, "&pool->lock", 0},
    {KernelLock::DmaPool, LockKind::Spin, "&retval->lock", 0},
    {KernelLock::DmaPools, LockKind::Mutex, "pools_lock", onEverywhere},
    {KernelLock::Devres, LockKind::Spin, "&dev->devres_lock", 0},
    {KernelLock::MmapLock, LockKind::RwSemaphore, "&mm->mmap_lock", onEverywhere | onEverywhere << UsageRead},
    {KernelLock::XArray, LockKind::Spin, "&xa->xa_lock", 0},
    {KernelLock::KfreeRcu, LockKind::RawSpin, "krc.lock", 0},
    {KernelLock::DebugObjects, LockKind::RawSpin, "&obj_hash[i].lock", 0},
    {KernelLock::RcuRead, LockKind::Map, "rcu_read_lock", 0},
    {KernelLock::RcuBh, LockKind::Map, "rcu_read_lock_bh", 0},
    {KernelLock::RcuSched, LockKind::Map, "rcu_read_lock_sched", 0},
    {KernelLock::RandomBatch, LockKind::Local, "&batch->lock", 0},
    {KernelLock::RadixPreload, LockKind::Local, "&rtp->lock", onEverywhere},
    {KernelLock::WorkPool, LockKind::RawSpin, "&pool->lock", 0},
    {KernelLock::TimerBase, LockKind::RawSpin, "&base->lock", 0},
    {KernelLock::HrtimerBase, LockKind::RawSpin, "hrtimer_bases.lock", 0},
    {KernelLock::IrqDescriptor, LockKind::RawSpin, "&irq_desc_lock_class", 0},
    {KernelLock::RcuBarrier, LockKind::Mutex, "rcu_state.barrier_mutex", onEverywhere},
};
static_assert(std::size(kernelLocks) == kernelLockCount);

struct WaitTypes {
  WaitType inner, outer;
};
WaitTypes waitTypesOf(LockKind kind) {
  switch (kind) {
  case LockKind::RawSpin:
    return {WaitType::Spin, WaitType::Unchecked};
  case LockKind::Spin:
  case LockKind::ReadWrite:
  case LockKind::SeqLock:
  case LockKind::Local:
    return {WaitType::Config, WaitType::Unchecked};
  case LockKind::Mutex:
  case LockKind::RtMutex:
  case LockKind::RwSemaphore:
    return {WaitType::Sleep, WaitType::Unchecked};
  case LockKind::PercpuRwSemaphore:
  case LockKind::SeqCount:
  case LockKind::Map:
  case LockKind::Bit:
  case LockKind::Semaphore:
    break;
  }
  return {WaitType::Unchecked, WaitType::Unchecked};
}
WaitTypes waitTypesOf(const KernelLockRow &row) {
  switch (row.lock) { // a reader waits for nothing, but nothing inside may sleep (kernel/rcu/update.c)
  case KernelLock::RcuRead:
  case KernelLock::RcuBh:
    return {WaitType::Config, WaitType::Free};
  case KernelLock::RcuSched:
    return {WaitType::Spin, WaitType::Free};
  default:
    return waitTypesOf(row.kind);
  }
}

bool spins(LockKind kind) {
  switch (kind) {
  case LockKind::RawSpin:
  case LockKind::Spin:
  case LockKind::ReadWrite:
  case LockKind::Bit:
  case LockKind::SeqLock:
    return true;
  default:
    return false;
  }
}
bool isKnownToLockdep(LockKind kind) { return kind != LockKind::Bit && kind != LockKind::Semaphore; }
bool changesIrqs(LockVariant variant) { return variant == LockVariant::Irq || variant == LockVariant::IrqSave; }

struct SleepSites {
  SiteByRelease exclusive, shared;
};
constexpr SiteByRelease sameFile(const char *file, unsigned line61, unsigned line612) {
  return {{"", file, line61}, {"", file, line612}};
}
constexpr SiteByRelease mutexSite = sameFile("kernel/locking/mutex.c", 283, 283);
constexpr SiteByRelease mutexLockdepSite = sameFile("kernel/locking/mutex.c", 580, 586);
constexpr SiteByRelease mutexInterruptibleSite = sameFile("kernel/locking/mutex.c", 979, 992);
constexpr SiteByRelease rtMutexSite = sameFile("kernel/locking/rtmutex_api.c", 29, 29);
constexpr SiteByRelease downSite = sameFile("kernel/locking/semaphore.c", 59, 59);
constexpr SiteByRelease downInterruptibleSite = sameFile("kernel/locking/semaphore.c", 83, 83);
constexpr SiteByRelease downReadSite = sameFile("kernel/locking/rwsem.c", 1519, 1523);
constexpr SiteByRelease downReadInterruptibleSite = sameFile("kernel/locking/rwsem.c", 1528, 1532);
constexpr SiteByRelease downWriteSite = sameFile("kernel/locking/rwsem.c", 1572, 1576);
constexpr SiteByRelease percpuReadSite = sameFile("include/linux/percpu-rwsem.h", 49, 49);
constexpr SiteByRelease percpuWriteSite = sameFile("kernel/locking/percpu-rwsem.c", 226, 228);

/// Where the might_sleep() of this kind of lock stands; nothing for those that spin.
const SiteByRelease *sleepSite(LockKind kind, LockMode mode, bool interruptible, bool lockdep) {
  const bool shared = mode == LockMode::Shared;
  switch (kind) {
  case LockKind::Mutex:
    return lockdep ? &mutexLockdepSite : interruptible ? &mutexInterruptibleSite : &mutexSite;
  case LockKind::RtMutex:
    return &rtMutexSite;
  case LockKind::Semaphore:
    return interruptible ? &downInterruptibleSite : &downSite;
  case LockKind::RwSemaphore:
    return !shared ? &downWriteSite : interruptible ? &downReadInterruptibleSite : &downReadSite;
  case LockKind::PercpuRwSemaphore:
    return shared ? &percpuReadSite : &percpuWriteSite;
  default:
    return nullptr;
  }
}

} // namespace

Locks::Locks(Kernel &kernel) : kernel(kernel), lockdep(kernel), current(std::make_unique<State>()) {
  for (const KernelLockRow &row : kernelLocks) {
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
