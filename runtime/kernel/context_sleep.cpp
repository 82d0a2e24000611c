// might_sleep() and its relatives (kernel/sched/core.c).
#include "runtime/kernel/context_state.h"
#include "runtime/kernel/kernel.h"

#include <cstdio>

namespace kmem::sim {

/// The checks print at most once a second (prev_jiffy).
bool Context::mayReport(uint64_t &last) {
  const uint64_t now = jiffies();
  if (last && now < last + kernel.profile.hz)
    return false;
  last = now ? now : 1;
  return true;
}

void Context::mightSleep(const CodeSite &site) { mightResched(site); }

void Context::mightResched(const CodeSite &site, uint32_t expectedCount, uint32_t expectedRcuDepth) {
  if (!kernel.profile.debugAtomicSleep)
    return;
  const Task &task = this->task();
  const bool offsetsFit = preemptCount() == expectedCount && uint32_t(task.rcuDepth) == expectedRcuDepth;
  if (offsetsFit && !irqsDisabled() && !task.idle && !task.nonBlockCount)
    return;
  if (!mayReport(current->mightSleepReported))
    return;
  char line[160];
  snprintf(line, sizeof(line), "BUG: sleeping function called from invalid context at %s:%u", site.file, site.line);
  kernel.console.print(line);
  snprintf(line, sizeof(line), "in_atomic(): %d, irqs_disabled(): %d, non_block: %d, pid: %u, name: %s", inAtomic(),
           irqsDisabled(), task.nonBlockCount, task.pid, task.comm);
  kernel.console.print(line);
  snprintf(line, sizeof(line), "preempt_count: %x, expected: %x", preemptCount(), expectedCount);
  kernel.console.print(line);
  snprintf(line, sizeof(line), "RCU nest depth: %d, expected: %u", task.rcuDepth, expectedRcuDepth);
  kernel.console.print(line);
  kernel.reports.taint(Taint::Warn);
}

void Context::schedule() {}

} // namespace kmem::sim
