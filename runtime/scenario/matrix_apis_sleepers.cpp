// Calls that really sleep, in the group matrix.
#include "runtime/scenario/matrix_probe.h"

namespace kmem::sim {

namespace {

constexpr unsigned waitEventTimeoutLine = 179;
constexpr unsigned otherLine = 5;
constexpr uint64_t createInfoSize = 80; ///< sizeof(struct kthread_create_info)
constexpr uint64_t irqActionSize = 128; ///< sizeof(struct irqaction)
constexpr SiteByRelease freeInInterrupt{{"free_irq", "kernel/irq/manage.c", 1872},
                                        {"free_irq", "kernel/irq/manage.c", 1898}};

void lockFor(Probe &x, LockId lock, LockVariant variant) {
  x.locks.acquire(lock, LockMode::Exclusive, variant);
  x.locks.release(lock, variant);
}

void waitEventTimeout(Probe &x) {
  x.context.mightSleep(x.here(waitEventTimeoutLine));
  lockFor(x, x.fixtures.locks.waitQueue, LockVariant::IrqSave); // prepare_to_wait_event()
  x.context.setTaskState(TaskState::Uninterruptible);
  x.deferred.scheduleTimeout(2);
  lockFor(x, x.fixtures.locks.waitQueue, LockVariant::IrqSave);
}

/// wait_for_completion() and its like around what wakes the task.
void waitForCompletion(Probe &x, llvm::function_ref<void()> sleep) {
  x.context.mightSleep(x.site("kernel/sched/completion.c", 101, 111));
  lockFor(x, x.fixtures.locks.never, LockVariant::Irq);
  x.context.setTaskState(TaskState::Uninterruptible);
  sleep();
  x.context.setTaskState(TaskState::Running);
  lockFor(x, x.fixtures.locks.never, LockVariant::Irq);
}

/// synchronize_srcu() of an idle domain: its structures, then a grace period.
void synchronizeSrcu(Probe &x) {
  lockFor(x, x.fixtures.locks.srcuSpin, LockVariant::IrqSave); // srcu_might_be_idle()
  x.locks.checkNoRcuReader(x.site("kernel/rcu/srcutree.c", 1230, 1388),
                           "Illegal synchronize_srcu() in same-type SRCU (or in RCU) read-side critical section");
  x.context.mightSleep(x.site("kernel/rcu/srcutree.c", 1238, 1396));
  x.deferred.waitForGracePeriod();
}

void queueSlowWork(Probe &x) {
  x.deferred.queueWork(x.fixtures.items.slowWork);
  x.deferred.advance(x.context.nanosecondsPerJiffy());
  x.deferred.queueWork(x.fixtures.items.slowWork); // busy again when it is probed
}

/// The holder sleeps with the mutex and gives it away from a timer.
void holdMutexElsewhere(Probe &x) {
  const TaskId holder = x.context.createTask("holder", PfKthread);
  const TaskId self = x.context.switchTo(holder);
  x.locks.acquire(x.fixtures.locks.mutex3);
  x.context.switchTo(self);
  x.fixtures.mutexHolder = holder;
  x.deferred.queueDelayedWork(x.fixtures.items.releaseMutex, 10);
}

void createThread(Probe &x) {
  const Address info = x.system.kmalloc.kmalloc(createInfoSize, x.gfp("GFP_KERNEL"));
  lockFor(x, x.fixtures.locks.kthreadCreate, LockVariant::Plain);
  waitForCompletion(x, [&] { x.deferred.sleep(1); }); // kthreadd does it
  x.system.kmalloc.kfree(info);
  x.context.createTask("probe-nop", PfKthread);
}

void requestIrq(Probe &x) {
  x.q = x.system.kmalloc.kzalloc(irqActionSize, x.gfp("GFP_KERNEL"));
  lockFor(x, x.fixtures.locks.irqRequest, LockVariant::Plain);
  x.ret = x.deferred.requestIrq(otherLine, "probe5", x.fixtures.nothing, 0, 0) ? 0 : -16;
}
void freeIrq(Probe &x) {
  if (x.ret)
    return;
  if (x.context.inInterrupt()) {
    x.kernel.console.print("Trying to free IRQ 5 from IRQ context!");
    x.kernel.reports.warn(freeInInterrupt.in(x.kernel.profile.release));
  }
  lockFor(x, x.fixtures.locks.irqRequest, LockVariant::Plain);
  x.deferred.freeIrq(otherLine);
  x.system.kmalloc.kfree(x.q);
}

constexpr MatrixApi table[] = {
    {"schedule_timeout_uninterruptible_0", nullptr, [](Probe &x) { x.deferred.scheduleTimeout(0); }, nullptr},
    {"schedule", nullptr, [](Probe &x) { x.deferred.schedule(); }, nullptr},
    {"yield", nullptr,
     [](Probe &x) {
       x.context.setTaskState(TaskState::Running);
       lockFor(x, x.fixtures.locks.runQueue, LockVariant::Irq); // do_sched_yield()
       x.deferred.schedule();
     },
     nullptr},
    {"schedule_timeout_1", nullptr,
     [](Probe &x) {
       x.context.setTaskState(TaskState::Uninterruptible);
       x.deferred.scheduleTimeout(1);
     },
     nullptr},
    {"msleep_1", nullptr,
     [](Probe &x) {
       x.context.setTaskState(TaskState::Uninterruptible);
       x.deferred.scheduleTimeout(2);
     },
     nullptr},
    {"usleep_range", nullptr,
     [](Probe &x) {
       x.deferred.checkOnStack();
       // A machine whose time is that of its instructions has the timer expire before the task sleeps, unless its
       // interrupt cannot come.
       if (x.context.irqsDisabled())
         x.deferred.sleep(50000);
     },
     nullptr},
    {"wait_event_timeout_false", nullptr, waitEventTimeout, nullptr},
    {"wait_for_completion_timeout_never", nullptr,
     [](Probe &x) { waitForCompletion(x, [&] { x.deferred.scheduleTimeout(2); }); }, nullptr},
    {"synchronize_rcu", nullptr, [](Probe &x) { x.deferred.synchronizeRcu(); }, nullptr},
    {"synchronize_srcu", nullptr, synchronizeSrcu, nullptr},
    {"rcu_barrier", nullptr, [](Probe &x) { x.deferred.rcuBarrier(); }, nullptr},
    {"flush_work_busy", queueSlowWork, [](Probe &x) { x.ret = x.deferred.flushWork(x.fixtures.items.slowWork); },
     [](Probe &x) { x.deferred.flushWork(x.fixtures.items.slowWork); }},
    {"cancel_work_sync_busy", queueSlowWork,
     [](Probe &x) { x.ret = x.deferred.cancelWorkSync(x.fixtures.items.slowWork); },
     [](Probe &x) { x.deferred.flushWork(x.fixtures.items.slowWork); }},
    {"mutex_lock_contended", holdMutexElsewhere,
     [](Probe &x) {
       x.locks.acquire(x.fixtures.locks.mutex3);
       x.locks.release(x.fixtures.locks.mutex3);
     },
     nullptr},
    {"kthread_run", nullptr, createThread, nullptr},
    {"request_irq", nullptr, requestIrq, freeIrq},
    {"free_irq", requestIrq, freeIrq, nullptr},
    {"stop_machine", nullptr, [](Probe &x) { x.deferred.stopMachine(x.fixtures.nothing, 0); }, nullptr},
};

} // namespace

llvm::ArrayRef<MatrixApi> matrixSleeperApis() { return table; }

} // namespace kmem::sim
