// Interrupts and softirqs: what is due, each in its own context (kernel/softirq.c, kernel/time, kernel/irq_work.c).
#include "runtime/kernel/context_state.h"
#include "runtime/kernel/deferred_state.h"
#include "runtime/kernel/kernel.h"

#include <bit>
#include <cstdio>

namespace kmem::sim {

namespace {

constexpr SiteByRelease handlerEnabledIrqs{{"__handle_irq_event_percpu", "kernel/irq/handle.c", 161},
                                           {"__handle_irq_event_percpu", "kernel/irq/handle.c", 161}};
constexpr SiteByRelease timerLeak{{"call_timer_fn", "kernel/time/timer.c", 1707},
                                  {"call_timer_fn", "kernel/time/timer.c", 1801}};

struct SoftirqRow {
  uint32_t bit;
  const char *name;
};
/// In the order in which they run.
constexpr SoftirqRow softirqs[] = {{HiSoftirq, "HI"},
                                   {TimerSoftirq, "TIMER"},
                                   {TaskletSoftirq, "TASKLET"},
                                   {HrtimerSoftirq, "HRTIMER"},
                                   {RcuSoftirq, "RCU"}};

constexpr unsigned maxSoftirqRestart = 10; // MAX_SOFTIRQ_RESTART

} // namespace

void Deferred::call(DeferredId id) {
  const DeferredItem item = current->items[id];
  if (!item.callback)
    return; // a mark that somebody waits for
  if (item.kind == DeferredKind::RcuCallback)
    current->items.free(id);
  callbacks[item.callback](item.argument);
}

void Deferred::inHardirq(const std::function<void()> &body) {
  const Context::InterruptedState before = kernel.context.enterHardirq();
  const bool stackBefore = kernel.context.setInterruptStack(true);
  body();
  kernel.context.setInterruptStack(stackBefore);
  kernel.context.leaveHardirq(before);
}

/// The task that ran before sleeps or was preempted meanwhile.
void Deferred::inTask(TaskId task, const std::function<void()> &body) {
  Context &context = kernel.context;
  const bool irqsWereOff = context.irqsDisabled();
  const bool stackBefore = context.setInterruptStack(false);
  const TaskId before = context.switchTo(task);
  context.loadIrqFlag(false);
  body();
  context.switchTo(before);
  context.setInterruptStack(stackBefore);
  context.loadIrqFlag(irqsWereOff);
}

// Interrupts

void Deferred::runPendingInterrupts() {
  Context &context = kernel.context;
  if (context.irqsDisabled() || current->handlingInterrupts)
    return;
  current->handlingInterrupts = true;
  for (bool more = true; more;) {
    more = false;
    if (queueOf(DeferredKind::IrqWork).first() || queueOf(DeferredKind::IrqWorkHard).first()) {
      more = true;
      inHardirq([&] {
        while (auto work = takeFirst(DeferredKind::IrqWorkHard))
          call(*work);
        context.setInterruptConfig(true);
        while (auto work = takeFirst(DeferredKind::IrqWork))
          call(*work);
      });
    }
    for (unsigned line = 0; line < maxIrqLines; ++line)
      if (current->lines[line].raised && !current->lines[line].disableDepth) {
        more = true;
        handleLine(line);
      }
  }
  current->handlingInterrupts = false;
}

void Deferred::handleLine(unsigned number) {
  IrqLine &line = current->lines[number];
  line.raised = false;
  if (!line.handler)
    return;
  inHardirq([&] {
    if (current->lines[number].threadable)
      kernel.context.markInterruptThreaded();
    callbacks[current->lines[number].handler](current->lines[number].argument);
    if (kernel.context.irqsDisabled())
      return;
    const CodeSite &site = handlerEnabledIrqs.in(kernel.profile.release);
    if (kernel.reports.firstTime(site)) {
      kernel.console.print("irq " + std::to_string(number) + " handler enabled interrupts");
      kernel.reports.warn(site);
    }
    kernel.context.irqSave();
  });
}

// Softirqs

void Deferred::raiseSoftirq(uint32_t bits) {
  current->softirqPending |= bits;
  if (!kernel.context.inInterrupt())
    current->softirqdWoken = true;
}

void Deferred::runPendingSoftirqs() {
  if (!current->softirqPending || kernel.context.inInterrupt())
    return;
  const bool before = kernel.context.setInterruptStack(true); // do_softirq_own_stack()
  handleSoftirqs();
  kernel.context.setInterruptStack(before);
}

void Deferred::handleSoftirqs() {
  Context &context = kernel.context;
  const bool irqsWereOff = context.irqsDisabled();
  context.enterSoftirq();
  for (unsigned round = 0; current->softirqPending && round < maxSoftirqRestart; ++round) {
    const uint32_t pending = std::exchange(current->softirqPending, 0);
    context.loadIrqFlag(false);
    for (const SoftirqRow &row : softirqs)
      if (pending & row.bit)
        runSoftirq(row.bit, row.name);
    context.irqSave();
  }
  if (current->softirqPending)
    current->softirqdWoken = true;
  context.leaveSoftirq();
  context.loadIrqFlag(irqsWereOff);
}

/// One action of softirq_vec, and what the kernel says when it does not leave preempt_count as it was.
void Deferred::runSoftirq(uint32_t bit, const char *name) {
  const uint32_t before = kernel.context.preemptCount();
  const uint64_t now = kernel.context.nanoseconds();
  switch (bit) {
  case HiSoftirq:
    runTasklets(DeferredKind::HiTasklet);
    break;
  case TimerSoftirq:
    runTimers(now);
    break;
  case TaskletSoftirq:
    runTasklets(DeferredKind::Tasklet);
    while (auto work = takeFirst(DeferredKind::WorkBh))
      call(*work);
    break;
  case HrtimerSoftirq:
    runExpired(DeferredKind::HrtimerSoft, now);
    break;
  case RcuSoftirq:
    runExpired(DeferredKind::RcuCallback, now);
    break;
  }
  if (const uint32_t after = kernel.context.preemptCount(); after != before) {
    char line[120];
    snprintf(line, sizeof(line), "huh, entered softirq %d %s with preempt_count %08x, exited with %08x?",
             std::countr_zero(bit), name, before, after);
    kernel.console.print(line);
    kernel.context.setPreemptCount(before);
  }
}

/// call_timer_fn() for each that is due.
void Deferred::runTimers(uint64_t until) {
  while (auto timer = takeFirst(DeferredKind::Timer, until)) {
    const uint32_t before = kernel.context.preemptCount();
    call(*timer);
    const uint32_t after = kernel.context.preemptCount();
    if (after == before)
      continue;
    const CodeSite &site = timerLeak.in(kernel.profile.release);
    if (kernel.reports.firstTime(site)) {
      char line[80];
      snprintf(line, sizeof(line), "timer: preempt leak: %08x -> %08x", before, after);
      kernel.console.print(line);
      kernel.reports.warn(site);
    }
    kernel.context.setPreemptCount(before);
  }
}

void Deferred::runTasklets(DeferredKind kind) {
  const uint64_t last = current->nextKey;
  while (auto tasklet = takeFirst(kind, last))
    if (current->items[*tasklet].disabled) {
      enqueueLast(*tasklet);
      current->softirqPending |= kind == DeferredKind::Tasklet ? TaskletSoftirq : HiSoftirq;
      break;
    } else {
      call(*tasklet);
    }
}

void Deferred::runExpired(DeferredKind kind, uint64_t until) {
  while (auto item = takeFirst(kind, until))
    call(*item);
}

// The clock

std::optional<uint64_t> Deferred::nextEvent() const {
  const uint64_t tick = kernel.context.nanosecondsPerJiffy();
  std::optional<uint64_t> next;
  const auto consider = [&](uint64_t when) { next = next ? std::min(*next, when) : when; };
  for (DeferredKind kind :
       {DeferredKind::HrtimerHard, DeferredKind::HrtimerSoft, DeferredKind::Timer, DeferredKind::RcuCallback})
    if (const auto first = current->queues[unsigned(kind)].first())
      consider(first->key);
  if (const auto first = current->delayedWork.first())
    consider(first->key);
  if (current->queues[unsigned(DeferredKind::IrqWorkLazy)].first())
    consider((kernel.context.nanoseconds() / tick + 1) * tick);
  return next;
}

/// The clock event device's interrupt: hrtimers, the tick, and softirqs for what expired.
void Deferred::interruptOfClock() {
  Context &context = kernel.context;
  const uint64_t now = context.nanoseconds();
  inHardirq([&] {
    runExpired(DeferredKind::HrtimerHard, now);
    context.setInterruptConfig(true);
    while (auto work = takeFirst(DeferredKind::IrqWorkLazy))
      call(*work);
    context.setInterruptConfig(false);
    raiseExpired();
  });
}

void Deferred::raiseExpired() {
  const uint64_t now = kernel.context.nanoseconds();
  const auto isDue = [&](DeferredKind kind) {
    const auto first = queueOf(kind).first();
    return first && first->key <= now;
  };
  const auto delayed = current->delayedWork.first();
  if (isDue(DeferredKind::Timer) || (delayed && delayed->key <= now))
    current->softirqPending |= TimerSoftirq;
  if (isDue(DeferredKind::HrtimerSoft))
    current->softirqPending |= HrtimerSoftirq;
  if (isDue(DeferredKind::RcuCallback))
    current->softirqPending |= RcuSoftirq;
  expireDelayedWork();
}

void Deferred::expireDelayedWork() {
  for (auto first = current->delayedWork.first(); first && first->key <= kernel.context.nanoseconds();
       first = current->delayedWork.first()) {
    cancel(first->value);
    queueWork(first->value);
  }
}

} // namespace kmem::sim
