// The kernel's locks with their owners, and the part of lockdep whose reports depend on one thread alone: wait types
// ("Invalid wait context"), usage bits ("inconsistent lock state"), recursion and unlock balance. Each family has its
// effect on preempt_count and the interrupt flag.
#pragma once

#include "runtime/kernel/code_site.h"
#include "runtime/kernel/cow_pool.h"

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
enum class LockVariant : uint8_t { Plain, Bh, Irq, IrqSave };

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
};
inline constexpr unsigned kernelLockCount = 20;

using LockId = uint32_t; ///< 0 is no lock

class Locks {
public:
  explicit Locks(Kernel &kernel);
  ~Locks();

  /// A new lock of its own class named `name`.
  LockId create(LockKind kind, std::string_view name);
  void destroy(LockId lock);
  LockId of(KernelLock lock) const;

  /// Takes it; contention with itself is a Hang.
  void acquire(LockId lock, LockMode mode = LockMode::Exclusive, LockVariant variant = LockVariant::Plain);
  bool tryAcquire(LockId lock, LockMode mode = LockMode::Exclusive, LockVariant variant = LockVariant::Plain);
  void release(LockId lock, LockVariant variant = LockVariant::Plain);
  bool isHeldByCurrent(LockId lock) const;

  struct State;
  const State &state() const;
  void restore(const State &state);

private:
  Kernel &kernel;
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
