// The objects that the recording module makes before its first experiment.
#include "runtime/scenario/matrix_probe.h"

namespace kmem::sim {

namespace {

void makeLocks(Locks &locks, MatrixFixtures &fixtures) {
  auto &l = fixtures.locks;
  using enum LockKind;
  l.spin = locks.create(Spin, "probe_spin");
  l.spinBh = locks.create(Spin, "probe_spin_bh");
  l.spinIrq = locks.create(Spin, "probe_spin_irq");
  l.raw = locks.create(RawSpin, "probe_raw");
  l.rawIrq = locks.create(RawSpin, "probe_raw_irq");
  l.readLocked = locks.create(ReadWrite, "probe_rwr");
  l.writeLocked = locks.create(ReadWrite, "probe_rw");
  l.bit = locks.create(Bit, "probe_bits");
  l.local = locks.create(Local, "probe_ll.l");
  l.localIrq = locks.create(Local, "probe_ll2.l");
  l.seqlock = locks.create(SeqLock, "probe_seqlock");
  l.seqcount = locks.create(SeqCount, "probe_seqcount");
  l.mutex = locks.create(Mutex, "probe_mutex");
  l.rwsem = locks.create(RwSemaphore, "probe_rwsem");
  l.srcu = locks.create(Map, "probe_srcu");
  l.mutex2 = locks.create(Mutex, "probe_mutex2");
  l.mutex3 = locks.create(Mutex, "probe_mutex3");
  l.rwsem2 = locks.create(RwSemaphore, "probe_rwsem2");
  l.semaphore = locks.create(Semaphore, "probe_sem");
  l.spin2 = locks.create(Spin, "probe_spin2");
  l.raw2 = locks.create(RawSpin, "probe_raw2");
  l.spin3 = locks.create(Spin, "probe_spin3");
  l.spin4 = locks.create(Spin, "probe_spin4");
  l.srcu2 = locks.create(Map, "probe_srcu2");
  l.waitQueue = locks.create(Spin, "probe_wq.lock");
  l.completion = locks.create(RawSpin, "probe_done.wait.lock");
  l.never = locks.create(RawSpin, "probe_never.wait.lock");
  l.xarray = locks.create(Spin, "probe_xa.xa_lock");
  l.kthreadCreate = locks.create(Spin, "kthread_create_lock");
  l.irqRequest = locks.create(Mutex, "&desc->request_mutex");
  l.runQueue = locks.create(RawSpin, "&rq->__lock");
  l.srcuSpin = locks.create(Spin, "&ssp->srcu_sup->lock");
}

void makeItems(Kernel &kernel, MatrixFixtures &fixtures) {
  Deferred &deferred = kernel.deferred;
  auto &i = fixtures.items;
  using enum DeferredKind;
  i.work = deferred.create(Work, fixtures.body, 0);
  i.workBh = deferred.create(WorkBh, fixtures.body, 0);
  i.irqWork = deferred.create(IrqWorkHard, fixtures.body, 0);
  i.irqWorkLazy = deferred.create(IrqWorkLazy, fixtures.body, 0);
  i.hrtimerHard = deferred.create(HrtimerHard, fixtures.body, 0);
  i.hrtimerSoft = deferred.create(HrtimerSoft, fixtures.body, 0);
  i.tasklet = deferred.create(Tasklet, fixtures.body, 0);
  i.timer = deferred.create(Timer, fixtures.body, 0);
  i.probeWork = deferred.create(Work, fixtures.nothing, 0);
  i.slowWork = deferred.create(Work, fixtures.nothing, 0);
  i.delayedWork = deferred.create(Work, fixtures.nothing, 0);
  i.timer2 = deferred.create(Timer, fixtures.nothing, 0);
  i.hrtimer2 = deferred.create(HrtimerSoft, fixtures.nothing, 0);
  i.tasklet2 = deferred.create(Tasklet, fixtures.nothing, 0);
  const CallbackId release = deferred.registerCallback([&kernel, &fixtures](uint64_t) {
    const TaskId before = kernel.context.switchTo(fixtures.mutexHolder);
    kernel.locks.release(fixtures.locks.mutex3);
    kernel.context.switchTo(before);
  });
  i.releaseMutex = deferred.create(Work, release, 0);
}

} // namespace

void makeMatrixFixtures(System &system, MatrixFixtures &fixtures, std::function<void()> runBody) {
  Kernel &kernel = system.kernel;
  Deferred &deferred = kernel.deferred;
  fixtures.body = deferred.registerCallback([&fixtures, runBody](uint64_t) {
    runBody();
    fixtures.handlerRan = true;
  });
  fixtures.nothing = deferred.registerCallback([](uint64_t) {});
  fixtures.freeObject = deferred.registerCallback([&system](uint64_t object) { system.kvmalloc.kvfree(object); });
  makeLocks(kernel.locks, fixtures);
  makeItems(kernel, fixtures);
  const CallbackId handler = deferred.registerCallback([&deferred, &fixtures, runBody](uint64_t) {
    if (fixtures.threadRuns)
      return deferred.wakeThread(matrixDeviceLine);
    runBody();
    fixtures.handlerRan = true;
  });
  deferred.requestIrq(matrixDeviceLine, "probe-uart", handler, fixtures.body, 0);

  const SlabFlags &flags = system.slub.flags;
  fixtures.cache =
      system.slub.create({.name = "probe_cache", .size = 120, .flags = flags.noMerge ? flags.noMerge : flags.poison});
  fixtures.radixNodes = system.slub.named("radix_tree_node");
  if (fixtures.radixNodes == noCache)
    fixtures.radixNodes =
        system.slub.create({.name = "radix_tree_node", .size = 576, .flags = flags.panic | flags.reclaimAccount});
  fixtures.pool = system.mempools.createKmalloc(2, 128);
  fixtures.device = system.dma.addDevice("platform", "allocprobe");
  fixtures.dmaPool = system.dmaPools.create("probe", fixtures.device, 64, 64, 0);
}

} // namespace kmem::sim
