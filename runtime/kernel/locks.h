// The kernel's locks with their owners, and the part of lockdep whose reports depend on one thread alone: wait types
// ("Invalid wait context"), usage bits ("inconsistent lock state"), recursion and unlock balance. Each family has its
// effect on preempt_count and the interrupt flag.
#pragma once

#include "runtime/kernel/code_site.h"
#include "runtime/kernel/lockdep.h"

namespace kmem::sim {

class Kernel;

enum class LockKind : uint8_t {
  RawSpin,
  Spin,
  ReadWrite,
  Bit,
  Local,
  SeqCount,
  SeqLock,
  Mutex,
  RtMutex,
  RwSemaphore,
  PercpuRwSemaphore,
  Semaphore, ///< no owner, unknown to lockdep
  Map,       ///< a lockdep annotation without a lock, such as fs_reclaim
};
enum class LockMode : uint8_t { Exclusive, Shared };
/// What the call does besides taking the lock.
enum class LockVariant : uint8_t { Plain, Bh, Irq, IrqSave, Interruptible };

/// Locks that the models themselves take, so that every report about them has the kernel's name.
enum class KernelLock : uint8_t {
  FsReclaim, ///< the map of mm/page_alloc.c
  Zone,      ///< zone->lock, a spinlock
  PcpList,   ///< pcp->lock
  SlabNode,  ///< n->list_lock
  SlabCpu,   ///< s->cpu_slab->lock, a local_lock
  SlabMutex,
  CpuHotplug,
  VmapNode,  ///< vmap_area_lock and its successors
  VmapPurge, ///< vmap_purge_lock, a mutex
  VmapBlock,
  PercpuAlloc, ///< pcpu_alloc_mutex
  PercpuLists, ///< pcpu_lock
  Mempool,
  DmaPool,
  DmaPools, ///< pools_lock and pools_reg_lock, mutexes
  Devres,
  MmapLock, ///< mm->mmap_lock
  XArray,
  KfreeRcu,     ///< krcp->lock, a raw spinlock
  DebugObjects, ///< a raw spinlock
  // Annotations of RCU's read-side sections (kernel/rcu/update.c)
  RcuRead,
  RcuBh,
  RcuSched,
  // Locks of the parts around the allocators
  RandomBatch,  ///< batches and keys of drivers/char/random.c, a local_lock
  RadixPreload, ///< radix_tree_preloads.lock, a local_lock
  WorkPool,     ///< pool->lock of a workqueue, a raw spinlock
  TimerBase,
  HrtimerBase,
  IrqDescriptor,
  RcuBarrier, ///< rcu_state.barrier_mutex
};
inline constexpr unsigned kernelLockCount = unsigned(KernelLock::RcuBarrier) + 1;

using LockId = uint32_t; ///< 0 is no lock

class Locks {
public:
  explicit Locks(Kernel &kernel);
  ~Locks();

  /// A new lock of its own class named `name`; a semaphore counts from 1.
  LockId create(LockKind kind, std::string_view name);
  /// Another lock of the class of `sibling`.
  LockId createLike(LockId sibling);
  void destroy(LockId lock);
  LockId of(KernelLock lock) const;
  std::string_view nameOf(LockId lock) const;

  /// Takes it. What may sleep says so first; what sleeps waits until its owner gives it away. A spinning lock whose
  /// owner cannot run, and a lock that its own holder waits for, are a Hang.
  void acquire(LockId lock, LockMode mode = LockMode::Exclusive, LockVariant variant = LockVariant::Plain);
  bool tryAcquire(LockId lock, LockMode mode = LockMode::Exclusive, LockVariant variant = LockVariant::Plain);
  void release(LockId lock, LockVariant variant = LockVariant::Plain);
  bool isHeldByCurrent(LockId lock) const;
  /// might_lock(): what lockdep would say of taking it here.
  void mightLock(LockId lock, LockMode mode = LockMode::Exclusive);

  // RCU (include/linux/rcupdate.h, srcu.h); preemptible RCU counts in the task.
  void rcuReadLock();
  void rcuReadUnlock();
  void rcuReadLockBh();
  void rcuReadUnlockBh();
  void rcuReadLockSched();
  void rcuReadUnlockSched();
  /// An SRCU domain is a lock of kind Map.
  void srcuReadLock(LockId domain);
  void srcuReadUnlock(LockId domain);
  /// rcu_sleep_check(): "Illegal context switch in RCU-bh read-side critical section!"
  void rcuSleepCheck(const CodeSite &site);
  /// RCU_LOCKDEP_WARN() of functions that wait for readers.
  void checkNoRcuReader(const CodeSite &site, const char *what);

  /// fs_reclaim_acquire() and fs_reclaim_release() (mm/page_alloc.c).
  void annotateReclaim(Gfp gfp);

  // For Context
  void showHeld() { lockdep.showHeld(); }
  void hardirqsEnabled() { lockdep.hardirqsEnabled(); }
  void softirqsEnabled() { lockdep.softirqsEnabled(); }
  /// What the truth module does between experiments: usage and lock stacks as they were at the first call.
  void rearm() { lockdep.rearm(); }

  struct State;
  const State &state() const;
  void restore(const State &state);

private:
  void enter(LockKind kind, LockVariant variant, bool &irqsWereOff);
  void leave(LockKind kind, LockVariant variant, bool irqsWereOff);
  void checkSleep(LockKind kind, LockMode mode, LockVariant variant);
  bool isFree(LockId lock, LockMode mode) const;
  void take(LockId lock, LockMode mode, bool irqsWereOff);
  void waitFor(LockId lock, LockMode mode);
  void annotate(LockId lock, LockMode mode, bool trylock);
  void annotateRcu(KernelLock map);

  Kernel &kernel;
  Lockdep lockdep;
  std::unique_ptr<State> current;
};

/// Holds one of the models' own locks. Does not release it while a Death flies.
class LockScope {
public:
  LockScope(Kernel &kernel, KernelLock lock, LockVariant variant = LockVariant::Plain);
  ~LockScope();
  LockScope(const LockScope &) = delete;
  LockScope &operator=(const LockScope &) = delete;

private:
  Locks &locks;
  LockId lock;
  LockVariant variant;
  int exceptionsAtStart;
};

} // namespace kmem::sim
