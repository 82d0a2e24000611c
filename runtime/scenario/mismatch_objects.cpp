// Locks, timers, work items and RCU heads in memory that is freed, calls with impossible arguments, and addresses of
// the wrong kind.
#include "runtime/kernel/virt_to_page.h"
#include "runtime/scenario/mismatch_probe.h"

namespace kmem::sim {

namespace {

constexpr uint64_t padBytes = 60;
constexpr uint64_t timerSize = 40, delayedWorkSize = 88; // without lockdep maps
constexpr uint64_t lockdepMapSize = 48;
constexpr unsigned timeoutSeconds = 20;

const char *callbackName = "m_kfree_static_module_data [allocprobe]";

void exactWrongSize(Probe &p) {
  const Address pages = p.system.pages.allocateExact(5 * pageSize, p.gfpKernel);
  p.system.pages.freeExact(pages, 3 * pageSize);
}

void freeHeldLock(Probe &p, LockKind kind, uint64_t size) {
  const Address object = p.kmalloc(size + padBytes);
  const LockId lock = p.kernel.locks.create(kind, "&p->l");
  p.system.debugObjects.placeLock(object, size, lock);
  p.kernel.locks.acquire(lock);
  p.kfree(object);
}

DeferredId pendingItem(Probe &p, DeferredKind kind) {
  System &system = p.system;
  const Address staticObject = p.module.staticObject();
  const CallbackId callback =
      p.kernel.deferred.registerCallback([&system, staticObject](uint64_t) { system.kmalloc.kfree(staticObject); });
  return p.kernel.deferred.create(kind, callback, 0);
}

void freeActiveTimer(Probe &p) {
  const Address object = p.kzalloc(timerSize + (p.kernel.profile.proveLocking ? lockdepMapSize : 0));
  const DeferredId timer = pendingItem(p, DeferredKind::Timer);
  p.system.debugObjects.init(DebugObjectType::Timer, object, timer, p.kernel.symbols.of(callbackName));
  p.system.debugObjects.activate(object);
  p.kernel.deferred.modifyTimer(timer, p.kernel.context.jiffies() + timeoutSeconds * p.kernel.profile.hz);
  p.kfree(object);
}

/// Delayed work waits in its timer; the work item itself becomes active when that fires.
void freeActiveWork(Probe &p) {
  constexpr uint64_t timerInDelayedWork = 32;
  const Address object = p.kzalloc(delayedWorkSize + (p.kernel.profile.proveLocking ? 2 * lockdepMapSize : 0));
  const DeferredId work = pendingItem(p, DeferredKind::Work);
  const Address hint = p.kernel.symbols.of(callbackName);
  p.system.debugObjects.init(DebugObjectType::Work, object, 0, hint);
  p.system.debugObjects.init(DebugObjectType::Timer, object + timerInDelayedWork, work, hint);
  p.system.debugObjects.activate(object + timerInDelayedWork);
  p.kernel.deferred.queueDelayedWork(work, timeoutSeconds * p.kernel.profile.hz);
  p.kfree(object);
}

void kfreeRcuTwice(Probe &p) {
  constexpr uint64_t rcuHeadSize = 16;
  const Address object = p.kzalloc(rcuHeadSize + 40);
  p.system.kvfreeRcu.free(object, object);
  p.system.kvfreeRcu.free(object, object);
}

/// call_rcu() of one static head, twice. Where debug objects notice, neither callback is run (rcu_leak_callback()).
void callRcuTwice(Probe &p) {
  const Address head = p.module.data + pageSize;
  System &system = p.system;
  const Address staticObject = p.module.staticObject();
  const CallbackId callback = p.kernel.deferred.registerCallback([&system, staticObject, head](uint64_t) {
    if (!system.kvfreeRcu.isLeaked(head))
      system.kmalloc.kfree(staticObject);
  });
  for (int i = 0; i < 2; ++i)
    if (system.kvfreeRcu.queueHead(head, p.kernel.symbols.of(callbackName)))
      p.kernel.deferred.callRcu(callback, 0);
}

constexpr MismatchCase cases[] = {
    {"free_pages_exact_wrong_size", exactWrongSize},
    {"spin_lock_in_freed", [](Probe &p) { freeHeldLock(p, LockKind::Spin, p.spinlockSize()); }},
    {"mutex_in_freed_while_held", [](Probe &p) { freeHeldLock(p, LockKind::Mutex, p.mutexSize()); }},
    {"timer_in_freed_active", freeActiveTimer},
    {"work_in_freed_active", freeActiveWork},
    {"kfree_rcu_twice", kfreeRcuTwice},
    {"call_rcu_twice", callRcuTwice},
    {"kmem_cache_create_size_0", [](Probe &p) { p.system.slub.create({.name = "probe_z", .size = 0}); }},
    {"kmem_cache_create_NULL_name", [](Probe &p) { p.system.slub.create({.name = {}, .size = 64}); }},
    {"alloc_pages_DMA_and_DMA32", [](Probe &p) { p.system.pages.allocate(p.gfpKernel | p.gfp.dma | p.gfp.dma32, 0); }},
    {"alloc_pages_DMA_and_HIGHMEM",
     [](Probe &p) { p.system.pages.allocate(p.gfpKernel | p.gfp.dma | p.gfp.highmem, 0); }},
    {"control_nothing", [](Probe &) {}},
    {"vmalloc_to_page_of_kmalloc", [](Probe &p) { p.system.vmalloc.toPage(p.kmalloc(64)); }},
    {"virt_to_page_of_vmalloc", [](Probe &p) { physicalAddress(p.kernel, p.vmalloc(4096)); }},
    {"virt_to_phys_of_vmalloc", [](Probe &p) { physicalAddress(p.kernel, p.vmalloc(4096)); }},
};

} // namespace

std::span<const MismatchCase> mismatchedObjects() { return cases; }

} // namespace kmem::sim
