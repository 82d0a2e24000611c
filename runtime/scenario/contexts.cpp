#include "runtime/scenario/contexts.h"

#include "runtime/sim/system.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::sim {

namespace {

constexpr unsigned deviceLine = 3;
constexpr uint64_t nanosecondsPerMillisecond = 1000000;

template <LockId decltype(Contexts::locks)::*lock, LockVariant variant = LockVariant::Plain,
          LockMode mode = LockMode::Exclusive>
void acquire(Contexts &c) {
  c.system.kernel.locks.acquire(c.locks.*lock, mode, variant);
}
template <LockId decltype(Contexts::locks)::*lock, LockVariant variant = LockVariant::Plain> void release(Contexts &c) {
  c.system.kernel.locks.release(c.locks.*lock, variant);
}
template <TaskFlag flag> void setFlag(Contexts &c) { c.saved.push_back(c.system.kernel.context.setTaskFlag(flag)); }
template <TaskFlag flag> void restoreFlag(Contexts &c) { c.system.kernel.context.restoreTaskFlag(flag, c.takeSaved()); }
template <void (Locks::*function)()> void onLocks(Contexts &c) { (c.system.kernel.locks.*function)(); }
template <void (Context::*function)()> void onContext(Contexts &c) { (c.system.kernel.context.*function)(); }

void irqSave(Contexts &c) { c.saved.push_back(c.system.kernel.context.irqSave()); }
void irqRestore(Contexts &c) { c.system.kernel.context.irqRestore(c.takeSaved()); }
void bhDisable(Contexts &c) { c.system.kernel.context.bhDisable(); }
void bhEnable(Contexts &c) { c.system.kernel.context.bhEnable(); }
void nothing(Contexts &) {}
void stopRunning(Contexts &c) { c.system.kernel.context.setTaskState(TaskState::Interruptible); }
void goOnRunning(Contexts &c) { c.system.kernel.context.setTaskState(TaskState::Running); }
void srcuLock(Contexts &c) { c.system.kernel.locks.srcuReadLock(c.locks.srcu); }
void srcuUnlock(Contexts &c) { c.system.kernel.locks.srcuReadUnlock(c.locks.srcu); }

/// Queues an item and lets it run.
template <DeferredId decltype(Contexts::items)::*item, bool (Deferred::*queue)(DeferredId)>
void runQueued(Contexts &c) {
  (c.system.kernel.deferred.*queue)(c.items.*item);
  c.system.kernel.deferred.runPending();
}
template <DeferredId decltype(Contexts::items)::*item> void runHrtimer(Contexts &c) {
  c.system.kernel.deferred.startHrtimer(c.items.*item, nanosecondsPerMillisecond);
  c.system.kernel.deferred.advance(2 * nanosecondsPerMillisecond);
}
void runTimer(Contexts &c) {
  Kernel &kernel = c.system.kernel;
  kernel.deferred.modifyTimer(c.items.timer, kernel.context.jiffies() + 1);
  kernel.deferred.advance(2 * kernel.context.nanosecondsPerJiffy());
}
void runLazyIrqWork(Contexts &c) {
  Kernel &kernel = c.system.kernel;
  kernel.deferred.queueIrqWork(c.items.irqWorkLazy);
  kernel.deferred.advance(2 * kernel.context.nanosecondsPerJiffy());
}
void runRcuCallback(Contexts &c) {
  constexpr unsigned gracePeriodJiffies = 4;
  Kernel &kernel = c.system.kernel;
  kernel.deferred.callRcu(c.bodyCallback, 0);
  kernel.deferred.advance(gracePeriodJiffies * kernel.context.nanosecondsPerJiffy());
}
void runIpi(Contexts &c) {
  const unsigned other = c.system.kernel.context.cpu() ? 0 : 1;
  if (other < c.system.profile().cpus)
    c.system.kernel.deferred.smpCall(other, c.bodyCallback, 0);
}
void runStopped(Contexts &c) { c.system.kernel.deferred.stopMachine(c.bodyCallback, 0); }
void runDevice(Contexts &c, CallbackId handler, CallbackId thread) {
  Deferred &deferred = c.system.kernel.deferred;
  if (!deferred.requestIrq(deviceLine, "probe", handler, thread, 0))
    return;
  deferred.raise(deviceLine);
  deferred.runPending();
  deferred.freeIrq(deviceLine);
}
void runDeviceInterrupt(Contexts &c) { runDevice(c, c.bodyCallback, 0); }
void runDeviceThread(Contexts &c) { runDevice(c, c.threadCallback, c.bodyCallback); }
void runNmi(Contexts &c) {
  const Context::InterruptedState before = c.system.kernel.context.enterNmi();
  c.runBody();
  c.system.kernel.context.leaveNmi(before);
}

using L = decltype(Contexts::locks);
using I = decltype(Contexts::items);
constexpr LockVariant irq = LockVariant::Irq, irqSaved = LockVariant::IrqSave, bottomHalves = LockVariant::Bh;
constexpr LockMode shared = LockMode::Shared;

constexpr ContextInfo table[] = {
    {"process", "a thread that may sleep", nothing, nothing},
    {"spin_lock", "holds a spinlock", acquire<&L::spin>, release<&L::spin>},
    {"spin_lock_bh", "and softirqs are off", acquire<&L::spinBh, bottomHalves>, release<&L::spinBh, bottomHalves>},
    {"spin_lock_irq", "and interrupts are off", acquire<&L::spinIrq, irq>, release<&L::spinIrq, irq>},
    {"spin_lock_irqsave", "the same", acquire<&L::spinIrq, irqSaved>, release<&L::spinIrq, irqSaved>},
    {"raw_spin_lock", "holds a raw spinlock", acquire<&L::raw>, release<&L::raw>},
    {"raw_spin_lock_irqsave", "and interrupts are off", acquire<&L::rawIrq, irqSaved>, release<&L::rawIrq, irqSaved>},
    {"read_lock", "holds an rwlock to read", acquire<&L::readWrite, LockVariant::Plain, shared>,
     release<&L::readWrite>},
    {"write_lock", "holds an rwlock to write", acquire<&L::write>, release<&L::write>},
    {"bit_spin_lock", "holds a bit spinlock", acquire<&L::bit>, release<&L::bit>},
    {"local_lock", "holds a local lock", acquire<&L::local>, release<&L::local>},
    {"local_lock_irqsave", "and interrupts are off", acquire<&L::localIrq, irqSaved>, release<&L::localIrq, irqSaved>},
    {"write_seqlock", "writes under a seqlock", acquire<&L::seqlock>, release<&L::seqlock>},
    {"rcu_read_lock", "an RCU read-side section", onLocks<&Locks::rcuReadLock>, onLocks<&Locks::rcuReadUnlock>},
    {"rcu_read_lock_bh", "the same of RCU-bh", onLocks<&Locks::rcuReadLockBh>, onLocks<&Locks::rcuReadUnlockBh>},
    {"rcu_read_lock_sched", "the same of RCU-sched", onLocks<&Locks::rcuReadLockSched>,
     onLocks<&Locks::rcuReadUnlockSched>},
    {"srcu_read_lock", "the same of sleepable RCU", srcuLock, srcuUnlock},
    {"local_irq_disable", "interrupts are off", irqSave, irqRestore},
    {"local_bh_disable", "softirqs are off", bhDisable, bhEnable},
    {"preempt_disable", "preemption is off", onContext<&Context::preemptDisable>, onContext<&Context::preemptEnable>},
    {"migrate_disable", "stays on its CPU", onContext<&Context::migrateDisable>, onContext<&Context::migrateEnable>},
    {"pagefault_disable", "page faults are not handled", onContext<&Context::pagefaultDisable>,
     onContext<&Context::pagefaultEnable>},
    {"kmap_atomic", "holds an atomic mapping", onContext<&Context::kmapAtomic>, onContext<&Context::kunmapAtomic>},
    {"non_block_start", "has promised not to block", onContext<&Context::nonBlockStart>,
     onContext<&Context::nonBlockEnd>},
    {"mutex_held", "holds a mutex", acquire<&L::mutex>, release<&L::mutex>},
    {"rwsem_read_held", "holds a rwsem to read", acquire<&L::semaphoreRead, LockVariant::Plain, shared>,
     release<&L::semaphoreRead>},
    {"rwsem_write_held", "holds a rwsem to write", acquire<&L::semaphoreWrite>, release<&L::semaphoreWrite>},
    {"memalloc_noio", "allocations do no I/O", setFlag<PfMemallocNoio>, restoreFlag<PfMemallocNoio>},
    {"memalloc_nofs", "allocations enter no filesystem", setFlag<PfMemallocNofs>, restoreFlag<PfMemallocNofs>},
    {"memalloc_noreclaim", "may use all reserves", setFlag<PfMemalloc>, restoreFlag<PfMemalloc>},
    {"task_not_running_state", "is about to wait", stopRunning, goOnRunning},
    {"workqueue", "a work item", runQueued<&I::work, &Deferred::queueWork>, nullptr},
    {"threaded_irq", "the thread of an interrupt", runDeviceThread, nullptr},
    {"stop_machine", "all CPUs are stopped", runStopped, nullptr},
    {"hardirq_irq_work", "an irq_work", runQueued<&I::irqWork, &Deferred::queueIrqWork>, nullptr},
    {"hardirq_device", "the interrupt handler of a device", runDeviceInterrupt, nullptr},
    {"hardirq_ipi", "a call from another CPU", runIpi, nullptr},
    {"hrtimer_hard", "an hrtimer, in the interrupt", runHrtimer<&I::hrtimerHard>, nullptr},
    {"hrtimer_soft", "an hrtimer, in its softirq", runHrtimer<&I::hrtimerSoft>, nullptr},
    {"softirq_tasklet", "a tasklet", runQueued<&I::tasklet, &Deferred::scheduleTasklet>, nullptr},
    {"timer_list", "a timer", runTimer, nullptr},
    {"rcu_callback", "an RCU callback", runRcuCallback, nullptr},
    {"irq_work_lazy", "a lazy irq_work, in the tick", runLazyIrqWork, nullptr},
    {"workqueue_bh", "a work item of a BH workqueue (6.9 and later)", runQueued<&I::workBh, &Deferred::queueWork>,
     nullptr},
    {"nmi", "a non-maskable interrupt", runNmi, nullptr},
};

std::string joinNames(bool withHandlers) {
  std::string names;
  for (const ContextInfo &info : table)
    if (withHandlers || !info.isHandler())
      names += (names.empty() ? "" : " ") + info.name.str();
  return names;
}

} // namespace

llvm::ArrayRef<ContextInfo> contexts() { return table; }

const ContextInfo *contextNamed(llvm::StringRef name) {
  const auto *found = llvm::find_if(table, [&](const ContextInfo &info) { return info.name == name; });
  return found == std::end(table) ? nullptr : found;
}

std::string contextNames() { return joinNames(true); }
std::string enterableContextNames() { return joinNames(false); }

Contexts::Contexts(System &system) : system(system) {
  Locks &all = system.kernel.locks;
  locks = {all.create(LockKind::Spin, "probe_spin"),          all.create(LockKind::Spin, "probe_spin_bh"),
           all.create(LockKind::Spin, "probe_spin_irq"),      all.create(LockKind::RawSpin, "probe_raw"),
           all.create(LockKind::RawSpin, "probe_raw_irq"),    all.create(LockKind::ReadWrite, "probe_rwr"),
           all.create(LockKind::ReadWrite, "probe_rw"),       all.create(LockKind::Bit, "probe_bits"),
           all.create(LockKind::Local, "probe_ll.l"),         all.create(LockKind::Local, "probe_ll2.l"),
           all.create(LockKind::SeqLock, "probe_seqlock"),    all.create(LockKind::SeqCount, "probe_seqcount"),
           all.create(LockKind::Mutex, "probe_mutex"),        all.create(LockKind::RwSemaphore, "probe_rwsem"),
           all.create(LockKind::RwSemaphore, "probe_rwsem2"), all.create(LockKind::Map, "probe_srcu")};
  Deferred &deferred = system.kernel.deferred;
  bodyCallback = deferred.registerCallback([this](uint64_t) { runBody(); });
  threadCallback = deferred.registerCallback([this](uint64_t) { this->system.kernel.deferred.wakeThread(deviceLine); });
  auto create = [&](DeferredKind kind) { return deferred.create(kind, bodyCallback, 0); };
  items = {create(DeferredKind::Work),        create(DeferredKind::WorkBh),      create(DeferredKind::IrqWorkHard),
           create(DeferredKind::IrqWorkLazy), create(DeferredKind::HrtimerHard), create(DeferredKind::HrtimerSoft),
           create(DeferredKind::Tasklet),     create(DeferredKind::Timer)};
}

uint32_t Contexts::takeSaved() {
  const uint32_t value = saved.empty() ? 0 : saved.back();
  if (!saved.empty())
    saved.pop_back();
  return value;
}

void Contexts::runBody() {
  llvm::function_ref<void()> *now = std::exchange(body, nullptr); // a handler that comes again does nothing
  if (now)
    (*now)();
}

bool Contexts::runIn(llvm::ArrayRef<std::string> names, llvm::function_ref<void()> work) {
  if (names.empty()) {
    work();
    return true;
  }
  const ContextInfo &info = *contextNamed(names.front());
  bool reached = false;
  const auto deeper = [&] { reached = runIn(names.drop_front(), work); };
  llvm::function_ref<void()> inner = deeper;
  if (info.isHandler()) {
    body = &inner;
    info.enter(*this);
    body = nullptr;
    return reached;
  }
  info.enter(*this);
  inner();
  info.leave(*this);
  return reached;
}

} // namespace kmem::sim
