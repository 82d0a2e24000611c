// preempt_count, the interrupt flag, and entering and leaving interrupts (kernel/softirq.c, kernel/sched/core.c).
#include "runtime/kernel/context_state.h"
#include "runtime/kernel/kernel.h"

namespace kmem::sim {

namespace {

constexpr SiteByRelease underflow{{"preempt_count_sub", "kernel/sched/core.c", 5750},
                                  {"preempt_count_sub", "kernel/sched/core.c", 5858}};
constexpr SiteByRelease spinUnderflow{{"preempt_count_sub", "kernel/sched/core.c", 5755},
                                      {"preempt_count_sub", "kernel/sched/core.c", 5863}};
constexpr SiteByRelease overflow{{"preempt_count_add", "kernel/sched/core.c", 5726},
                                 {"preempt_count_add", "kernel/sched/core.c", 5834}};
constexpr SiteByRelease bhOffInHardirq{{"__local_bh_disable_ip", "kernel/softirq.c", 346},
                                       {"__local_bh_disable_ip", "kernel/softirq.c", 332}};
constexpr SiteByRelease bhOnInHardirq{{"__local_bh_enable_ip", "kernel/softirq.c", 400},
                                      {"__local_bh_enable_ip", "kernel/softirq.c", 386}};
constexpr SiteByRelease bhOnIrqsOff{{"__local_bh_enable_ip", "kernel/softirq.c", 401},
                                    {"__local_bh_enable_ip", "kernel/softirq.c", 387}};
constexpr SiteByRelease irqsOnInHardirq{{"lockdep_hardirqs_on_prepare", "kernel/locking/lockdep.c", 4381},
                                        {"lockdep_hardirqs_on_prepare", "kernel/locking/lockdep.c", 4428}};
constexpr uint32_t nearOverflow = preemptMask - 10;

} // namespace

bool Context::debugLocksWarnOn(bool condition, const char *text, const CodeSite &site) {
  if (condition && kernel.reports.turnOffLockDebugging()) {
    kernel.console.print(std::string("DEBUG_LOCKS_WARN_ON(") + text + ")");
    kernel.reports.warn(site);
  }
  return condition;
}

void Context::setPreemptCount(uint32_t count) { cpuForWrite().preemptCount = count; }

void Context::preemptAdd(uint32_t amount) {
  cpuForWrite().preemptCount += amount;
  if (kernel.profile.debugPreempt)
    debugLocksWarnOn((preemptCount() & preemptMask) >= nearOverflow,
                     "(preempt_count() & PREEMPT_MASK) >= PREEMPT_MASK - 10", overflow.in(kernel.profile.release));
}

void Context::preemptSub(uint32_t amount) {
  const Release &release = kernel.profile.release;
  const uint32_t count = preemptCount();
  if (kernel.profile.debugPreempt &&
      (debugLocksWarnOn(amount > count, "val > preempt_count()", underflow.in(release)) ||
       debugLocksWarnOn(amount < preemptMask && !(count & preemptMask),
                        "(val < PREEMPT_MASK) && !(preempt_count() & PREEMPT_MASK)", spinUnderflow.in(release))))
    return;
  cpuForWrite().preemptCount -= amount;
}

void Context::bhDisable(uint32_t preemption) {
  const uint32_t amount = softirqDisableOffset + preemption;
  if (!kernel.profile.proveLocking) { // the inline variant without TRACE_IRQFLAGS
    preemptAdd(amount);
    return;
  }
  if (inHardirq())
    kernel.reports.warnOnce(bhOffInHardirq.in(kernel.profile.release));
  cpuForWrite().preemptCount += amount;
}

void Context::bhEnable(uint32_t preemption) {
  const Profile &profile = kernel.profile;
  if (inHardirq())
    kernel.reports.warnOnce(bhOnInHardirq.in(profile.release));
  if (profile.proveLocking) {
    if (irqsDisabled() && kernel.reports.lockDebugging())
      kernel.reports.warnOnce(bhOnIrqsOff.in(profile.release));
    irqSave();
    if ((preemptCount() & softirqMask) == softirqDisableOffset)
      kernel.locks.softirqsEnabled();
  }
  // Preemption stays off until the softirqs have run.
  cpuForWrite().preemptCount -= softirqDisableOffset + preemption - preemptOffset;
  if (!inInterrupt())
    kernel.deferred.runPendingSoftirqs();
  preemptEnable();
  if (profile.proveLocking)
    irqRestore(false);
}

void Context::loadIrqFlag(bool disabled) { cpuForWrite().irqsOff = disabled; }

bool Context::irqSave() { return std::exchange(cpuForWrite().irqsOff, true); }

void Context::irqRestore(bool wereDisabled) {
  if (wereDisabled) {
    cpuForWrite().irqsOff = true;
    return;
  }
  const bool lockdep = kernel.profile.proveLocking && kernel.reports.lockDebugging() && !inNmi();
  if (lockdep && irqsDisabled() &&
      !debugLocksWarnOn(lockdepInHardirq(), "lockdep_hardirq_context()", irqsOnInHardirq.in(kernel.profile.release)))
    kernel.locks.hardirqsEnabled();
  cpuForWrite().irqsOff = false;
  kernel.deferred.runPendingInterrupts();
}

Context::InterruptedState Context::enterHardirq() {
  CpuState &cpu = cpuForWrite();
  const InterruptedState before{cpu.irqsOff, cpu.irqThreaded, cpu.irqConfig};
  cpu.irqsOff = true;
  cpu.preemptCount += hardirqOffset;
  if (++cpu.hardirqDepth == 1)
    cpu.irqThreaded = cpu.irqConfig = false;
  return before;
}

void Context::leaveHardirq(const InterruptedState &before) {
  cpuForWrite().irqsOff = true;
  preemptSub(hardirqOffset);
  if (cpuState().hardirqDepth) // lockdep counts the softirqs below as such (lockdep_softirq_start())
    --cpuForWrite().hardirqDepth;
  if (!inInterrupt())
    kernel.deferred.runPendingSoftirqs();
  CpuState &cpu = cpuForWrite();
  cpu.irqThreaded = before.threaded;
  cpu.irqConfig = before.config;
  cpu.irqsOff = before.irqsOff; // the return from the interrupt loads the old flags
}

void Context::enterSoftirq() {
  CpuState &cpu = cpuForWrite();
  cpu.preemptCount += softirqOffset;
  cpu.memallocBeforeSoftirq = task().flags & PfMemalloc;
  ++cpu.softirqDepth;
  taskForWrite().flags &= ~PfMemalloc;
}

void Context::leaveSoftirq() {
  CpuState &cpu = cpuForWrite();
  if (cpu.softirqDepth)
    --cpu.softirqDepth;
  cpu.preemptCount -= softirqOffset;
  taskForWrite().flags |= cpu.memallocBeforeSoftirq;
}

Context::InterruptedState Context::enterNmi() {
  CpuState &cpu = cpuForWrite();
  const InterruptedState before{cpu.irqsOff, cpu.irqThreaded, cpu.irqConfig};
  cpu.irqsOff = true;
  cpu.preemptCount += nmiOffset + hardirqOffset;
  ++cpu.hardirqDepth;
  return before;
}

void Context::leaveNmi(const InterruptedState &before) {
  CpuState &cpu = cpuForWrite();
  --cpu.hardirqDepth;
  cpu.preemptCount -= nmiOffset + hardirqOffset;
  cpu.irqsOff = before.irqsOff;
}

void Context::markInterruptThreaded() { cpuForWrite().irqThreaded = true; }
void Context::setInterruptConfig(bool config) { cpuForWrite().irqConfig = config; }

bool Context::onInterruptStack() const { return cpuState().interruptStack; }
bool Context::setInterruptStack(bool on) { return std::exchange(cpuForWrite().interruptStack, on); }

bool Context::lockdepInHardirq() const { return cpuState().hardirqDepth; }
bool Context::lockdepInSoftirq() const { return cpuState().softirqDepth; }
bool Context::interruptIsThreadable() const { return cpuState().irqThreaded || cpuState().irqConfig; }

} // namespace kmem::sim
