// Scheduling, waiting, deferring, user copies and interrupts in the group matrix.
#include "runtime/scenario/matrix_probe.h"

namespace kmem::sim {

namespace {

using I = decltype(MatrixFixtures::items);

// Lines in the recording module's table.
constexpr unsigned condReschedLine = 143, waitEventLine = 144, getUserLine = 168;
constexpr unsigned rcuObjectSize = 64;

/// wait_for_completion() of one that is done, and complete(): the wait queue's raw lock.
void completionIsDone(Probe &x) {
  x.context.mightSleep(x.site("kernel/sched/completion.c", 101, 111));
  x.locks.acquire(x.fixtures.locks.completion, LockMode::Exclusive, LockVariant::Irq);
  x.locks.release(x.fixtures.locks.completion, LockVariant::Irq);
}
void complete(Probe &x) {
  x.locks.acquire(x.fixtures.locks.completion, LockMode::Exclusive, LockVariant::IrqSave);
  x.locks.release(x.fixtures.locks.completion, LockVariant::IrqSave);
}
void wakeUp(Probe &x) {
  x.locks.acquire(x.fixtures.locks.waitQueue, LockMode::Exclusive, LockVariant::IrqSave);
  x.locks.release(x.fixtures.locks.waitQueue, LockVariant::IrqSave);
}
template <DeferredId I::*work> void flush(Probe &x) { x.ret = x.deferred.flushWork(x.fixtures.items.*work); }
template <DeferredId I::*work> void cancelWork(Probe &x) { x.ret = x.deferred.cancelWorkSync(x.fixtures.items.*work); }
void modifyTimer(Probe &x) {
  x.ret = x.deferred.modifyTimer(x.fixtures.items.timer2, x.context.jiffies() + x.kernel.profile.hz);
}
void deleteTimer(Probe &x) { x.ret = x.deferred.deleteTimerSync(x.fixtures.items.timer2); }
void userCopy(Probe &x, const CodeSite &site) { x.context.mightFault(site); }

constexpr MatrixApi table[] = {
    {"cond_resched", nullptr, [](Probe &x) { x.context.condResched(x.here(condReschedLine)); }, nullptr},
    {"wait_event_true", nullptr, [](Probe &x) { x.context.mightSleep(x.here(waitEventLine)); }, nullptr},
    {"wait_for_completion_done", complete, completionIsDone, nullptr},
    {"complete", nullptr, complete, nullptr},
    {"wake_up", nullptr, wakeUp, nullptr},
    {"schedule_work", nullptr, [](Probe &x) { x.ret = x.deferred.queueWork(x.fixtures.items.probeWork); },
     flush<&I::probeWork>},
    {"flush_work_idle", nullptr, flush<&I::probeWork>, nullptr},
    {"cancel_work_sync_idle", nullptr, cancelWork<&I::probeWork>, nullptr},
    {"cancel_delayed_work_sync_idle", nullptr, cancelWork<&I::delayedWork>, nullptr},
    {"queue_delayed_work", nullptr,
     [](Probe &x) { x.ret = x.deferred.queueDelayedWork(x.fixtures.items.delayedWork, x.kernel.profile.hz); },
     cancelWork<&I::delayedWork>},
    {"mod_timer", nullptr, modifyTimer, deleteTimer},
    {"del_timer_sync_idle", nullptr, deleteTimer, nullptr},
    {"hrtimer_cancel_idle", nullptr, [](Probe &x) { x.ret = x.deferred.cancelHrtimer(x.fixtures.items.hrtimer2); },
     nullptr},
    {"tasklet_schedule", nullptr, [](Probe &x) { x.deferred.scheduleTasklet(x.fixtures.items.tasklet2); },
     [](Probe &x) { x.deferred.advance(2 * x.context.nanosecondsPerJiffy()); }},
    {"tasklet_kill_idle", nullptr, [](Probe &x) { x.deferred.killTasklet(x.fixtures.items.tasklet2); }, nullptr},
    {"call_rcu", [](Probe &x) { x.p = x.system.kmalloc.kzalloc(rcuObjectSize, x.gfp("GFP_KERNEL")); },
     [](Probe &x) { x.deferred.callRcu(x.fixtures.freeObject, x.p); }, nullptr},
    {"udelay", nullptr, [](Probe &) {}, nullptr},
    {"printk", nullptr, [](Probe &) {}, nullptr}, // below the console's level
    {"copy_from_user", nullptr, [](Probe &x) { userCopy(x, x.site("include/linux/uaccess.h", 124, 162)); }, nullptr},
    {"copy_to_user", nullptr, [](Probe &x) { userCopy(x, x.site("include/linux/uaccess.h", 143, 192)); }, nullptr},
    {"get_user", nullptr, [](Probe &x) { userCopy(x, x.here(getUserLine)); }, nullptr},
    {"copy_from_user_nofault", nullptr,
     [](Probe &x) {
       x.context.pagefaultDisable();
       x.context.pagefaultEnable();
     },
     nullptr},
    {"__copy_from_user_inatomic", nullptr,
     [](Probe &x) {
       x.context.pagefaultDisable();
       x.context.pagefaultEnable();
     },
     nullptr},
    {"synchronize_irq", nullptr, [](Probe &x) { x.deferred.synchronizeIrq(matrixDeviceLine); }, nullptr},
    {"enable_disable_irq_nosync", nullptr,
     [](Probe &x) {
       x.deferred.disableIrq(matrixDeviceLine);
       x.deferred.enableIrq(matrixDeviceLine);
     },
     nullptr},
    {"disable_irq", nullptr,
     [](Probe &x) {
       x.deferred.disableIrqSync(matrixDeviceLine);
       x.deferred.enableIrq(matrixDeviceLine);
     },
     nullptr},
    {"smp_call_function_single_wait", nullptr, [](Probe &x) { x.deferred.smpCall(0, x.fixtures.nothing, 0); }, nullptr},
    {"on_each_cpu", nullptr, [](Probe &x) { x.deferred.onEachCpu(x.fixtures.nothing, 0); }, nullptr},
    {"get_random_bytes", nullptr,
     [](Probe &x) { LockScope batch(x.kernel, KernelLock::RandomBatch, LockVariant::IrqSave); }, nullptr},
};

} // namespace

llvm::ArrayRef<MatrixApi> matrixWaitApis() { return table; }

} // namespace kmem::sim
