// A whole simulated machine, booted and idle, made of its parts in the order in which a kernel brings them up. Machines
// share nothing: any number may live in one process, each used by one thread at a time.
//
// A snapshot is O(1) and stays valid as long as it is kept, also for another System with the same profile and the same
// callbacks.
#pragma once

#include "runtime/alloc/debug_objects.h"
#include "runtime/alloc/devres.h"
#include "runtime/alloc/dma_coherent.h"
#include "runtime/alloc/dma_pool.h"
#include "runtime/alloc/kasan.h"
#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/kvfree_rcu.h"
#include "runtime/alloc/kvmalloc.h"
#include "runtime/alloc/mempool.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/percpu.h"
#include "runtime/alloc/slub.h"
#include "runtime/alloc/vmalloc.h"
#include "runtime/fault/kernel_faults.h"
#include "runtime/fault/recorder.h"
#include "runtime/kernel/kernel.h"
#include "runtime/user/user_memory.h"

#include <memory>

namespace kmem::sim {

class System {
public:
  /// `profile` must be possible (problemWith() says ""). The seed decides every draw of chance. With a window, native
  /// code sees the memory and there are no snapshots.
  explicit System(const Profile &profile, uint64_t seed = 0, std::unique_ptr<HostWindow> window = nullptr);
  ~System();
  System(const System &) = delete;
  System &operator=(const System &) = delete;

  Kernel kernel;
  KernelFaults faults; ///< answers unless `oracle` is told to use another back end
  Recorder oracle;
  PageAllocator pages;
  Slub slub;
  Kmalloc kmalloc;
  Vmalloc vmalloc;
  Kvmalloc kvmalloc;
  Percpu percpu;
  Mempools mempools;
  DmaMemory dma;
  DmaPools dmaPools;
  Devres devres;
  UserMemory user;
  DebugObjects debugObjects;
  KvfreeRcu kvfreeRcu;
  std::unique_ptr<Kasan> kasan; ///< null without Profile::kasan

  struct State;
  using Snapshot = std::shared_ptr<const State>;
  Snapshot snapshot() const;
  void restore(const Snapshot &snapshot);

  const Profile &profile() const { return kernel.profile; }

private:
  void addKasan();
};

} // namespace kmem::sim
