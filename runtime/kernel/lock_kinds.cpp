#include "runtime/kernel/lock_kinds.h"

namespace kmem::sim {

namespace {

constexpr uint32_t onEverywhere = EnabledHardirq | EnabledSoftirq;

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
    {KernelLock::VmapBlock, LockKind::Spin, "&vb->lock", 0},
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

} // namespace

std::span<const KernelLockRow> kernelLockRows() { return kernelLocks; }

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

} // namespace kmem::sim
