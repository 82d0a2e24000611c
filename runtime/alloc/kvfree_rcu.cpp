#include "runtime/alloc/kvfree_rcu.h"

#include "runtime/alloc/debug_objects.h"
#include "runtime/alloc/kvmalloc.h"

namespace kmem::sim {

namespace {

constexpr uint64_t drainSeconds = 5; // KFREE_DRAIN_JIFFIES
constexpr uint64_t fullBatch = 509;  // KVFREE_BULK_MAX_ENTR
constexpr SiteByRelease sleepSite{{"kvfree_call_rcu", "kernel/rcu/tree.c", 3391},
                                  {"kvfree_call_rcu", "kernel/rcu/tree.c", 3822}};
constexpr SiteByRelease doubleSite{{"kvfree_call_rcu", "kernel/rcu/tree.c", 3398},
                                   {"kvfree_call_rcu", "kernel/rcu/tree.c", 3827}};

} // namespace

KvfreeRcu::KvfreeRcu(Kernel &kernel, Kvmalloc &kvmalloc, DebugObjects &objects)
    : kernel(kernel), kvmalloc(kvmalloc), objects(objects),
      monitorWork(kernel.deferred.registerCallback([this](uint64_t) { queueBatch(); })),
      batchWork(kernel.deferred.registerCallback([this](uint64_t end) { freeBatch(end); })) {
  now.monitor = kernel.deferred.create(DeferredKind::Work, monitorWork, 0);
}

void KvfreeRcu::free(Address pointer, Address head) {
  const Release &release = kernel.profile.release;
  if (!head)
    kernel.context.mightSleep(sleepSite.in(release));
  if (!objects.queueRcuHead(pointer)) {
    if (kernel.reports.firstTime(doubleSite.in(release))) {
      kernel.console.print("kvfree_call_rcu(): Double-freed call. rcu_head " + kernel.reports.describePointer(head));
      kernel.reports.warn(doubleSite.in(release));
    }
    return;
  }
  LockScope lock(kernel, KernelLock::KfreeRcu, LockVariant::IrqSave);
  now.objects.write(now.next++) = pointer;
  kernel.deferred.queueDelayedWork(now.monitor, waiting() >= fullBatch ? 1 : drainSeconds * kernel.profile.hz);
}

bool KvfreeRcu::queueHead(Address head, Address function) {
  constexpr uint32_t maxReports = 3;
  if (objects.queueRcuHead(head))
    return true;
  if (now.doubleFrees++ < maxReports)
    kernel.console.print("call_rcu(): Double-freed CB " + kernel.reports.describePointer(head) + "->" +
                         kernel.symbols.nameOf(function) + "()!!!  ");
  now.leaked.set(head, 1);
  return false;
}

void KvfreeRcu::queueBatch() { kernel.deferred.callRcu(batchWork, now.next); }

void KvfreeRcu::freeBatch(uint64_t end) {
  for (; now.first < end; ++now.first) {
    const Address object = now.objects.read(now.first);
    objects.unqueueRcuHead(object);
    kvmalloc.kvfree(object);
  }
}

} // namespace kmem::sim
