// The contexts of the group matrix.
#include "runtime/scenario/matrix_probe.h"

namespace kmem::sim {

namespace {

using Body = llvm::function_ref<void()>;
using enum MatrixContextKind;

constexpr uint64_t millisecond = 1000000;

template <LockId decltype(MatrixFixtures::locks)::*lock, LockVariant variant = LockVariant::Plain,
          LockMode mode = LockMode::Exclusive>
void holding(Probe &x, Body body) {
  x.locks.acquire(x.fixtures.locks.*lock, mode, variant);
  body();
  x.locks.release(x.fixtures.locks.*lock, variant);
}
template <void (Locks::*enter)(), void (Locks::*leave)()> void inSection(Probe &x, Body body) {
  (x.locks.*enter)();
  body();
  (x.locks.*leave)();
}
template <void (Context::*enter)(), void (Context::*leave)()> void inScope(Probe &x, Body body) {
  (x.context.*enter)();
  body();
  (x.context.*leave)();
}
template <TaskFlag flag> void inMemallocScope(Probe &x, Body body) {
  const uint32_t before = x.context.setTaskFlag(flag);
  body();
  x.context.restoreTaskFlag(flag, before);
}

void writeSeqcount(Probe &x, Body body) {
  x.context.preemptDisable();
  holding<&decltype(MatrixFixtures::locks)::seqcount>(x, body);
  x.context.preemptEnable();
}
void srcuReader(Probe &x, Body body) {
  x.locks.srcuReadLock(x.fixtures.locks.srcu);
  body();
  x.locks.srcuReadUnlock(x.fixtures.locks.srcu);
}
void irqsDisabled(Probe &x, Body body) {
  x.context.irqSave();
  body();
  x.context.irqRestore(false);
}
void irqsSaved(Probe &x, Body body) {
  const bool before = x.context.irqSave();
  body();
  x.context.irqRestore(before);
}
void bhDisabled(Probe &x, Body body) {
  x.context.bhDisable();
  body();
  x.context.bhEnable();
}
void onlyBody(Probe &, Body body) { body(); }
void spinInRcu(Probe &x, Body body) {
  x.locks.rcuReadLock();
  holding<&decltype(MatrixFixtures::locks)::spin>(x, body);
  x.locks.rcuReadUnlock();
}
void notRunning(Probe &x, Body body) {
  x.context.setTaskState(TaskState::Interruptible);
  body();
  x.context.setTaskState(TaskState::Running);
}

// Handlers: `body` comes by the callback.
template <DeferredId decltype(MatrixFixtures::items)::*item, bool (Deferred::*queue)(DeferredId)>
void queued(Probe &x, Body) {
  (x.deferred.*queue)(x.fixtures.items.*item);
  waitForHandler(x);
}
template <DeferredId decltype(MatrixFixtures::items)::*item> void hrtimer(Probe &x, Body) {
  x.deferred.startHrtimer(x.fixtures.items.*item, millisecond);
  waitForHandler(x);
}
void timerList(Probe &x, Body) {
  x.deferred.modifyTimer(x.fixtures.items.timer, x.context.jiffies() + 1);
  waitForHandler(x);
}
void rcuCallback(Probe &x, Body) {
  x.deferred.callRcu(x.fixtures.body, 0);
  waitForHandler(x);
}
void otherCpu(Probe &x, Body) {
  const unsigned other = x.context.cpu() ? 0 : 1;
  if (other < x.kernel.profile.cpus)
    x.deferred.smpCall(other, x.fixtures.body, 0);
}
void stopMachine(Probe &x, Body) { x.deferred.stopMachine(x.fixtures.body, 0); }
/// The UART's line, with and without a thread.
void device(Probe &x, Body) {
  x.fixtures.threadRuns = false;
  x.deferred.raise(matrixDeviceLine);
  waitForHandler(x);
}
void deviceThread(Probe &x, Body) {
  x.fixtures.threadRuns = true;
  x.deferred.raise(matrixDeviceLine);
  waitForHandler(x);
}

using L = decltype(MatrixFixtures::locks);
using I = decltype(MatrixFixtures::items);
constexpr LockVariant irq = LockVariant::Irq, irqSave = LockVariant::IrqSave, plain = LockVariant::Plain;
constexpr LockMode shared = LockMode::Shared;

constexpr MatrixContext table[] = {
    {"process", Process, onlyBody},
    {"spin_lock", Process, holding<&L::spin>},
    {"spin_lock_bh", Process, holding<&L::spinBh, LockVariant::Bh>},
    {"spin_lock_irq", Process, holding<&L::spinIrq, irq>},
    {"spin_lock_irqsave", Process, holding<&L::spinIrq, irqSave>},
    {"raw_spin_lock", Process, holding<&L::raw>},
    {"raw_spin_lock_irqsave", Process, holding<&L::rawIrq, irqSave>},
    {"read_lock", Process, holding<&L::readLocked, plain, shared>},
    {"write_lock", Process, holding<&L::writeLocked>},
    {"bit_spin_lock", Process, holding<&L::bit>},
    {"local_lock", Process, holding<&L::local>},
    {"local_lock_irqsave", Process, holding<&L::localIrq, irqSave>},
    {"write_seqlock", Process, holding<&L::seqlock>},
    {"write_seqcount", Process, writeSeqcount},
    {"rcu_read_lock", Process, inSection<&Locks::rcuReadLock, &Locks::rcuReadUnlock>},
    {"rcu_read_lock_bh", Process, inSection<&Locks::rcuReadLockBh, &Locks::rcuReadUnlockBh>},
    {"rcu_read_lock_sched", Process, inSection<&Locks::rcuReadLockSched, &Locks::rcuReadUnlockSched>},
    {"srcu_read_lock", Process, srcuReader},
    {"local_irq_disable", Process, irqsDisabled},
    {"local_irq_save", Process, irqsSaved},
    {"local_bh_disable", Process, bhDisabled},
    {"preempt_disable", Process, inScope<&Context::preemptDisable, &Context::preemptEnable>},
    {"get_cpu", Process, inScope<&Context::preemptDisable, &Context::preemptEnable>},
    {"migrate_disable", Process, inScope<&Context::migrateDisable, &Context::migrateEnable>},
    {"pagefault_disable", Process, inScope<&Context::pagefaultDisable, &Context::pagefaultEnable>},
    {"non_block_start", Process, inScope<&Context::nonBlockStart, &Context::nonBlockEnd>},
    {"kmap_local_held", Process, onlyBody}, // without high memory, kmap_local_page() is arithmetic
    {"mutex_held", Process, holding<&L::mutex>},
    {"rwsem_read_held", Process, holding<&L::rwsem, plain, shared>},
    {"rwsem_write_held", Process, holding<&L::rwsem>},
    {"memalloc_noio", Process, inMemallocScope<PfMemallocNoio>},
    {"memalloc_nofs", Process, inMemallocScope<PfMemallocNofs>},
    {"memalloc_noreclaim", Process, inMemallocScope<PfMemalloc>},
    {"spin_in_rcu", Process, spinInRcu},
    {"task_not_running_state", Process, notRunning},
    {"workqueue", Thread, queued<&I::work, &Deferred::queueWork>},
    {"threaded_irq", Thread, deviceThread},
    {"stop_machine", Interrupt, stopMachine},
    {"hardirq_irq_work", Interrupt, queued<&I::irqWork, &Deferred::queueIrqWork>},
    {"hardirq_device", Interrupt, device},
    {"hardirq_ipi", Interrupt, otherCpu},
    {"hrtimer_hard", Interrupt, hrtimer<&I::hrtimerHard>},
    {"hrtimer_soft", Interrupt, hrtimer<&I::hrtimerSoft>},
    {"softirq_tasklet", Interrupt, queued<&I::tasklet, &Deferred::scheduleTasklet>},
    {"timer_list", Interrupt, timerList},
    {"rcu_callback", Interrupt, rcuCallback},
    {"irq_work_lazy", Interrupt, queued<&I::irqWorkLazy, &Deferred::queueIrqWork>},
    {"workqueue_bh", Interrupt, queued<&I::workBh, &Deferred::queueWork>}, // 6.9 and later
};

} // namespace

llvm::ArrayRef<MatrixContext> matrixContexts() { return table; }

} // namespace kmem::sim
