// might_sleep() and its relatives, and what schedule() checks (kernel/sched/core.c).
#include "runtime/kernel/context_state.h"
#include "runtime/kernel/kernel.h"

#include <cstdio>

namespace kmem::sim {

namespace {

constexpr SiteByRelease mightSleepState{{"__might_sleep", "kernel/sched/core.c", 9944},
                                        {"__might_sleep", "kernel/sched/core.c", 8654}};
constexpr SiteByRelease mightReschedRcu{{"", "kernel/sched/core.c", 9983}, {"", "kernel/sched/core.c", 8693}};
constexpr SiteByRelease scheduleRcu{{"", "kernel/sched/core.c", 5835}, {"", "kernel/sched/core.c", 5942}};
constexpr SiteByRelease voluntarySwitch{{"rcu_note_context_switch", "kernel/rcu/tree_plugin.h", 320},
                                        {"rcu_note_context_switch", "kernel/rcu/tree_plugin.h", 331}};
constexpr SiteByRelease mightAllocSite{{"", "include/linux/sched/mm.h", 274}, {"", "include/linux/sched/mm.h", 321}};

template <typename... Values> std::string format(const char *text, Values... values) {
  char line[240];
  snprintf(line, sizeof(line), text, values...);
  return line;
}

/// task_struct::__state as it is printed.
unsigned stateNumber(TaskState state) {
  switch (state) {
  case TaskState::Running:
    return 0;
  case TaskState::Interruptible:
    return 1;
  case TaskState::Uninterruptible:
    return 2;
  case TaskState::Dead:
    return 0x80;
  }
  return 0;
}

} // namespace

/// The checks print at most once a second (prev_jiffy).
bool Context::mayReport(uint64_t &last) {
  const uint64_t now = jiffies();
  if (last && now < last + kernel.profile.hz)
    return false;
  last = now ? now : 1;
  return true;
}

void Context::mightSleep(const CodeSite &site) {
  if (!kernel.profile.debugAtomicSleep)
    return;
  const Task &task = this->task();
  if (task.state != TaskState::Running && task.stateChangeTracked &&
      kernel.reports.firstTime(mightSleepState.in(kernel.profile.release))) {
    kernel.console.print(
        format("do not call blocking ops when !TASK_RUNNING; state=%x set at [<0>] 0x0", stateNumber(task.state)));
    kernel.reports.warn(mightSleepState.in(kernel.profile.release));
  }
  mightResched(site);
}

void Context::rcuSleepCheck(const CodeSite &site) { kernel.locks.rcuSleepCheck(site); }

void Context::mightResched(const CodeSite &site, uint32_t expectedCount, uint32_t expectedRcuDepth) {
  const Profile &profile = kernel.profile;
  if (!profile.debugAtomicSleep)
    return;
  rcuSleepCheck(mightReschedRcu.in(profile.release));
  const Task &task = this->task();
  const bool offsetsFit = preemptCount() == expectedCount && uint32_t(task.rcuDepth) == expectedRcuDepth;
  if (offsetsFit && !irqsDisabled() && !task.idle && !task.nonBlockCount)
    return;
  if (!mayReport(current->mightSleepReported))
    return;
  Console &console = kernel.console;
  console.print(format("BUG: sleeping function called from invalid context at %s:%u", site.file, site.line));
  console.print(format("in_atomic(): %d, irqs_disabled(): %d, non_block: %d, pid: %u, name: %s", int(inAtomic()),
                       int(irqsDisabled()), task.nonBlockCount, task.pid, task.comm));
  console.print(format("preempt_count: %x, expected: %x", preemptCount(), expectedCount));
  console.print(format("RCU nest depth: %d, expected: %u", task.rcuDepth, expectedRcuDepth));
  kernel.locks.showHeld();
  if (profile.debugPreempt && preemptCount() != expectedCount)
    console.print("Preemption disabled at:");
  kernel.reports.taint(Taint::Warn);
}

void Context::mightFault(const CodeSite &site) {
  if (!kernel.profile.proveLocking && !kernel.profile.debugAtomicSleep)
    return;
  if (task().pagefaultDisabled)
    return;
  mightSleep(site);
  if (task().addressSpace)
    kernel.locks.mightLock(kernel.locks.of(KernelLock::MmapLock), LockMode::Shared);
}

void Context::cantSleep(const CodeSite &site) {
  if (!kernel.profile.debugAtomicSleep || irqsDisabled() || preemptCount() > 0 ||
      !mayReport(current->cantSleepReported))
    return;
  kernel.console.print(format("BUG: assuming atomic context at %s:%u", site.file, site.line));
  kernel.console.print(format("in_atomic(): %d, irqs_disabled(): %d, pid: %u, name: %s", int(inAtomic()),
                              int(irqsDisabled()), task().pid, task().comm));
  kernel.locks.showHeld();
  kernel.reports.taint(Taint::Warn);
}

void Context::cantMigrate(const CodeSite &site) {
  if (!kernel.profile.debugAtomicSleep || irqsDisabled() || task().migrationDisabled || preemptCount() > 0 ||
      !mayReport(current->cantMigrateReported))
    return;
  kernel.console.print(format("BUG: assuming non migratable context at %s:%u", site.file, site.line));
  kernel.console.print(format("in_atomic(): %d, irqs_disabled(): %d, migration_disabled() %u pid: %u, name: %s",
                              int(inAtomic()), int(irqsDisabled()), task().migrationDisabled, task().pid, task().comm));
  kernel.locks.showHeld();
  kernel.reports.taint(Taint::Warn);
}

void Context::mightAlloc(Gfp gfp) {
  kernel.locks.annotateReclaim(gfp);
  if (kernel.profile.gfp.allowsBlocking(gfp))
    mightSleep(mightAllocSite.in(kernel.profile.release));
}

void Context::reportSchedulingWhileAtomic() {
  kernel.console.print(format("BUG: scheduling while atomic: %s/%u/0x%08x", task().comm, task().pid, preemptCount()));
  kernel.locks.showHeld();
  if (kernel.profile.debugPreempt)
    kernel.console.print("Preemption disabled at:");
  kernel.reports.taint(Taint::Warn);
}

void Context::checkSchedule(bool preempted) {
  const Task &task = this->task();
  if (kernel.profile.debugAtomicSleep && !preempted && task.state != TaskState::Running && task.nonBlockCount) {
    kernel.console.print(
        format("BUG: scheduling in a non-blocking section: %s/%u/%d", task.comm, task.pid, task.nonBlockCount));
    kernel.reports.taint(Taint::Warn);
  }
  if (preemptCount() != preemptOffset) {
    reportSchedulingWhileAtomic();
    setPreemptCount(preemptOffset);
  }
  rcuSleepCheck(scheduleRcu.in(kernel.profile.release));
  if (!preempted && task.rcuDepth > 0 && kernel.reports.firstTime(voluntarySwitch.in(kernel.profile.release))) {
    kernel.console.print("Voluntary context switch within RCU read-side critical section!");
    kernel.reports.warn(voluntarySwitch.in(kernel.profile.release));
  }
}

void Context::schedule() {
  preemptDisable();
  checkSchedule(false);
  irqSave();
  // The next task unlocks the run queue with interrupts on, whatever they were before.
  cpuForWrite().irqsOff = false;
  if (task().idle && task().state != TaskState::Running)
    kernel.console.print("bad: scheduling from the idle thread!");
  cpuForWrite().preemptCount -= preemptOffset; // sched_preempt_enable_no_resched()
}

} // namespace kmem::sim
