// Tasks: the threads that run work, and waiting for them and for time (kernel/workqueue.c, kernel/sched/core.c).
#include "runtime/kernel/deferred_state.h"
#include "runtime/kernel/kernel.h"

#include <cstdio>

namespace kmem::sim {

namespace {

constexpr unsigned maxNotOnStackReports = 4; // lib/debugobjects.c
constexpr uint64_t maxThreadRuns = 1 << 20;  // work that always queues itself never lets the machine come to rest

constexpr SiteByRelease notOnStack{{"lookup_object_or_alloc", "lib/debugobjects.c", 558},
                                   {"lookup_object_or_alloc", "lib/debugobjects.c", 557}};

} // namespace

void Deferred::runWork(DeferredId work) {
  inTask(current->worker, [&] {
    const unsigned locksBefore = kernel.context.task().heldCount;
    const int rcuBefore = kernel.context.task().rcuDepth;
    call(work);
    reportWorkLeak(locksBefore, rcuBefore);
  });
}

/// What process_one_work() says of a function that returns with something held.
void Deferred::reportWorkLeak(unsigned locksBefore, int rcuBefore) {
  const Task &task = kernel.context.task();
  const bool later = kernel.profile.release.atLeast(6, 12);
  const bool leaked = later ? task.heldCount != locksBefore || task.rcuDepth != rcuBefore : task.heldCount > 0;
  if (!leaked && !kernel.context.inAtomic())
    return;
  char line[120];
  if (later)
    snprintf(line, sizeof(line), "BUG: workqueue leaked atomic, lock or RCU: %s[%u]", task.comm, task.pid);
  else
    snprintf(line, sizeof(line), "BUG: workqueue leaked lock or atomic: %s/0x%08x/%u", task.comm,
             kernel.context.preemptCount(), task.pid);
  kernel.console.print(line);
  if (later) {
    snprintf(line, sizeof(line), "     preempt=0x%08x lock=%u->%u RCU=%d->%d", kernel.context.preemptCount(),
             locksBefore, task.heldCount, rcuBefore, task.rcuDepth);
    kernel.console.print(line);
  }
  kernel.locks.showHeld();
}

/// The first thread that has something to do; false when all sleep.
bool Deferred::runThread() {
  if (current->softirqdWoken) {
    current->softirqdWoken = false;
    if (current->softirqPending)
      inTask(current->ksoftirqd, [&] {
        kernel.context.irqSave();
        handleSoftirqs();
      });
    return true;
  }
  if (const auto thread = takeFirst(DeferredKind::IrqThread)) {
    for (const IrqLine &line : current->lines)
      if (line.thread == *thread) {
        inTask(line.task, [&] { call(*thread); });
        return true;
      }
    return true;
  }
  if (const auto work = takeFirst(DeferredKind::Work)) {
    runWork(*work);
    return true;
  }
  return runKswapd();
}

bool Deferred::runKswapd() {
  if (!kswapd)
    return false;
  if (!current->kswapd)
    current->kswapd = kernel.context.createTask("kswapd0", PfKthread | PfMemalloc);
  bool ran = false;
  inTask(current->kswapd, [&] { ran = kswapd(); });
  return ran;
}

/// One thing that another context has to do, idling no longer than `deadline`; false when there is none.
bool Deferred::runOne(uint64_t deadline) {
  Context &context = kernel.context;
  runPendingInterrupts();
  if (runThread())
    return true;
  const auto next = nextEvent();
  if (!next || *next > deadline)
    return false;
  context.advanceTo(*next);
  inTask(context.idleTask(), [&] { interruptOfClock(); });
  return true;
}

void Deferred::schedule() {
  kernel.context.schedule();
  if (kernel.context.task().state == TaskState::Running) {
    runThread();
    return;
  }
  while (kernel.context.task().state != TaskState::Running)
    if (!runOne(UINT64_MAX))
      throw Death{DeathKind::Hang};
}

void Deferred::waitUntil(const std::function<bool()> &ready) {
  if (ready())
    return;
  kernel.context.schedule();
  while (!ready())
    if (!runOne(UINT64_MAX))
      throw Death{DeathKind::Hang};
}

bool Deferred::waitUntil(const std::function<bool()> &ready, uint64_t nanoseconds) {
  if (ready())
    return true;
  const uint64_t deadline = kernel.context.nanoseconds() + nanoseconds;
  kernel.context.schedule();
  while (!ready())
    if (!runOne(deadline)) {
      kernel.context.advanceTo(deadline);
      return ready();
    }
  return true;
}

void Deferred::sleep(uint64_t nanoseconds) {
  waitUntil([] { return false; }, nanoseconds);
}

void Deferred::scheduleTimeout(uint64_t jiffies) {
  checkOnStack();
  {
    LockScope base(kernel, KernelLock::TimerBase, LockVariant::IrqSave);
  }
  if (kernel.context.task().state == TaskState::Running)
    schedule();
  else
    sleep(jiffies * kernel.context.nanosecondsPerJiffy());
  kernel.context.setTaskState(TaskState::Running);
  checkNotInHardirq();
}

void Deferred::checkOnStack() {
  if (!kernel.profile.debugObjects || !kernel.context.onInterruptStack() ||
      ++current->notOnStackReports > maxNotOnStackReports)
    return;
  kernel.console.print("ODEBUG: object " + kernel.reports.describePointer(directMapStart) + " is NOT on stack " +
                       kernel.reports.describePointer(vmallocStart) + ", but annotated.");
  kernel.reports.warn(notOnStack.in(kernel.profile.release));
}

void Deferred::runPending() {
  runPendingInterrupts();
  for (uint64_t runs = 0; runThread(); ++runs)
    if (runs == maxThreadRuns)
      throw Death{DeathKind::Hang};
}

void Deferred::advance(uint64_t nanoseconds) {
  const uint64_t deadline = kernel.context.nanoseconds() + nanoseconds;
  while (runOne(deadline))
    ;
  kernel.context.advanceTo(deadline);
}

} // namespace kmem::sim
