#include "runtime/kernel/context_state.h"
#include "runtime/kernel/deferred_state.h"
#include "runtime/kernel/kernel.h"

#include <cassert>

namespace kmem::sim {

namespace {

constexpr uint64_t graceJiffies = 4; // what a grace period takes on an idle machine

constexpr SiteByRelease deleteTimerInHardirq{{"__timer_delete_sync", "kernel/time/timer.c", 1564},
                                             {"__timer_delete_sync", "kernel/time/timer.c", 1658}};
constexpr SiteByRelease flushSite{{"", "kernel/workqueue.c", 3017}, {"", "kernel/workqueue.c", 4300}};
constexpr SiteByRelease cancelSite{{"", "kernel/workqueue.c", 3017}, {"", "kernel/workqueue.c", 4393}};
constexpr SiteByRelease completionSite{{"", "kernel/sched/completion.c", 101}, {"", "kernel/sched/completion.c", 111}};
constexpr SiteByRelease unlockWaitSite{{"", "kernel/softirq.c", 935}, {"", "kernel/softirq.c", 919}};
constexpr SiteByRelease flushInReclaim{{"check_flush_dependency", "kernel/workqueue.c", 2632},
                                       {"check_flush_dependency", "kernel/workqueue.c", 3764}};
constexpr SiteByRelease synchronizeRcuSite{{"rcu", "kernel/rcu/tree.c", 3574}, {"rcu", "kernel/rcu/tree.c", 4113}};

} // namespace

Deferred::Deferred(Kernel &kernel) : kernel(kernel), current(std::make_unique<State>()) {
  Context &context = kernel.context;
  callbacks.emplace_back(); // number 0 is none
  current->ksoftirqd = context.createTask("ksoftirqd/0", PfKthread);
  current->stopper = context.createTask("migration/0", PfKthread);
  current->worker = context.createTask("kworker/0:1", PfKthread);
  current->rcuTask = context.createTask("rcu_preempt", PfKthread);
}
Deferred::~Deferred() = default;

const Deferred::State &Deferred::state() const { return *current; }
void Deferred::restore(const State &state) { *current = state; }

CallbackId Deferred::registerCallback(Callback callback) {
  callbacks.push_back(std::move(callback));
  return CallbackId(callbacks.size() - 1);
}

DeferredId Deferred::create(DeferredKind kind, CallbackId callback, uint64_t argument) {
  const DeferredId id = current->items.allocate();
  DeferredItem &item = current->items.write(id);
  item.kind = kind;
  item.callback = callback;
  item.argument = argument;
  return id;
}
void Deferred::destroy(DeferredId item) {
  cancel(item);
  current->items.free(item);
}
bool Deferred::isPending(DeferredId item) const { return current->items[item].pending; }

// Queues

Deferred::Queue &Deferred::queueOf(DeferredKind kind) { return current->queues[unsigned(kind)]; }

void Deferred::enqueue(DeferredId id, uint64_t key) {
  DeferredItem &item = current->items.write(id);
  Queue &queue = queueOf(item.kind);
  while (queue.find(key)) // two that are due at once: in the order of arrival
    ++key;
  item.pending = true;
  item.key = key;
  queue.set(key, id);
}

bool Deferred::enqueueLast(DeferredId item) {
  if (isPending(item))
    return false;
  enqueue(item, current->nextKey++);
  return true;
}

bool Deferred::cancel(DeferredId id) {
  const DeferredItem item = current->items[id];
  if (!item.pending)
    return false;
  if (item.delay)
    current->delayedWork.erase(item.key);
  else
    queueOf(item.kind).erase(item.key);
  DeferredItem &changed = current->items.write(id);
  changed.pending = false;
  changed.delay = 0;
  return true;
}

/// The first of its queue, no longer pending, when its key is not above `atMost`.
std::optional<DeferredId> Deferred::takeFirst(DeferredKind kind, uint64_t atMost) {
  const auto first = queueOf(kind).first();
  if (!first || first->key > atMost)
    return std::nullopt;
  cancel(first->value);
  return first->value;
}

// Making pending

bool Deferred::scheduleTasklet(DeferredId tasklet) {
  const bool added = enqueueLast(tasklet);
  if (added)
    raiseSoftirq(current->items[tasklet].kind == DeferredKind::HiTasklet ? HiSoftirq : TaskletSoftirq);
  return added;
}

bool Deferred::queueIrqWork(DeferredId work) {
  Context &context = kernel.context;
  context.preemptDisable();
  const bool added = enqueueLast(work);
  if (added && current->items[work].kind != DeferredKind::IrqWorkLazy)
    runPendingInterrupts(); // an interrupt to this CPU itself
  context.preemptEnable();
  return added;
}

bool Deferred::queueWork(DeferredId work) {
  if (isPending(work))
    return false;
  LockScope pool(kernel, KernelLock::WorkPool, LockVariant::IrqSave);
  DeferredItem &item = current->items.write(work);
  item.wasQueued = true;
  enqueueLast(work);
  if (item.kind == DeferredKind::WorkBh)
    raiseSoftirq(TaskletSoftirq);
  return true;
}

bool Deferred::queueDelayedWork(DeferredId work, uint64_t jiffies) {
  if (!jiffies)
    return queueWork(work);
  if (isPending(work))
    return false;
  LockScope base(kernel, KernelLock::TimerBase, LockVariant::IrqSave);
  uint64_t due = (kernel.context.jiffies() + jiffies) * kernel.context.nanosecondsPerJiffy();
  while (current->delayedWork.find(due))
    ++due;
  DeferredItem &item = current->items.write(work);
  item.pending = true;
  item.key = item.delay = due;
  current->delayedWork.set(due, work);
  return true;
}

bool Deferred::modifyTimer(DeferredId timer, uint64_t jiffies) {
  LockScope base(kernel, KernelLock::TimerBase, LockVariant::IrqSave);
  const bool was = cancel(timer);
  enqueue(timer, jiffies * kernel.context.nanosecondsPerJiffy());
  return was;
}

bool Deferred::startHrtimer(DeferredId timer, uint64_t nanosecondsFromNow) {
  LockScope base(kernel, KernelLock::HrtimerBase, LockVariant::IrqSave);
  const bool was = cancel(timer);
  enqueue(timer, kernel.context.nanoseconds() + nanosecondsFromNow);
  return was;
}

void Deferred::callRcu(CallbackId callback, uint64_t argument) {
  const DeferredId head = create(DeferredKind::RcuCallback, callback, argument);
  enqueue(head, kernel.context.nanoseconds() + graceJiffies * kernel.context.nanosecondsPerJiffy());
}

// Waiting

void Deferred::killTasklet(DeferredId tasklet) {
  if (kernel.context.inInterrupt())
    kernel.console.print("Attempt to kill tasklet from interrupt");
  kernel.context.mightSleep(unlockWaitSite.in(kernel.profile.release));
  waitUntil([&] { return !isPending(tasklet); });
}

/// start_flush_work(): looks at the pool that the work was last queued on, with interrupts off and then on.
bool Deferred::flushStarts(DeferredId work) {
  kernel.locks.rcuReadLock();
  if (current->items[work].wasQueued) {
    LockScope pool(kernel, KernelLock::WorkPool, LockVariant::Irq);
  }
  kernel.locks.rcuReadUnlock();
  return isPending(work);
}

bool Deferred::flushWork(DeferredId work) {
  kernel.context.mightSleep(flushSite.in(kernel.profile.release));
  if (!flushStarts(work))
    return false;
  if (kernel.context.task().flags & PfMemalloc)
    warnOnceIf(true, flushInReclaim); // check_flush_dependency(): a task of reclaim waits for a queue that is not
  kernel.context.mightSleep(completionSite.in(kernel.profile.release));
  if (current->items[work].delay) { // flush_delayed_work() queues it at once
    cancel(work);
    queueWork(work);
  }
  waitUntil([&] { return !isPending(work); });
  return true;
}

bool Deferred::cancelWorkSync(DeferredId work) {
  const bool was = cancel(work);
  kernel.context.mightSleep(cancelSite.in(kernel.profile.release));
  flushStarts(work);
  if (!kernel.profile.release.atLeast(6, 10)) // clear_work_data() forgets the pool
    current->items.write(work).wasQueued = false;
  return was;
}
bool Deferred::cancelDelayedWorkSync(DeferredId work) { return cancelWorkSync(work); }

void Deferred::checkNotInHardirq() {
  if (kernel.context.inHardirq())
    kernel.reports.warn(deleteTimerInHardirq.in(kernel.profile.release));
}

bool Deferred::deleteTimerSync(DeferredId timer) {
  checkNotInHardirq();
  LockScope base(kernel, KernelLock::TimerBase, LockVariant::IrqSave);
  return cancel(timer);
}
bool Deferred::cancelHrtimer(DeferredId timer) {
  LockScope base(kernel, KernelLock::HrtimerBase, LockVariant::IrqSave);
  return cancel(timer);
}

/// Until all that read now are done; the wait is that of wait_for_completion().
void Deferred::waitForGracePeriod() {
  kernel.context.mightSleep(completionSite.in(kernel.profile.release));
  const DeferredId last = create(DeferredKind::RcuCallback, 0, 0);
  enqueue(last, kernel.context.nanoseconds() + graceJiffies * kernel.context.nanosecondsPerJiffy());
  kernel.context.setTaskState(TaskState::Uninterruptible);
  waitUntil([&] { return !isPending(last); });
  kernel.context.setTaskState(TaskState::Running);
  destroy(last);
}

void Deferred::synchronizeRcu() {
  const Release &release = kernel.profile.release;
  kernel.locks.checkNoRcuReader(synchronizeRcuSite.in(release),
                                "Illegal synchronize_rcu() in RCU read-side critical section");
  if (release.atLeast(6, 12)) // rcu_blocking_is_gp()
    kernel.context.mightSleep({"", "kernel/rcu/tree.c", 4027});
  waitForGracePeriod();
}

void Deferred::kvfreeRcuBarrier() {
  kernel.context.mightSleep(cancelSite.in(kernel.profile.release)); // cancel_delayed_work_sync()
  LockScope pool(kernel, KernelLock::WorkPool, LockVariant::Irq);   // flush_work() of work that ran since boot
}

void Deferred::rcuBarrier() {
  const LockId barrier = kernel.locks.of(KernelLock::RcuBarrier);
  kernel.locks.acquire(barrier);
  waitForGracePeriod();
  kernel.locks.release(barrier);
}

} // namespace kmem::sim
