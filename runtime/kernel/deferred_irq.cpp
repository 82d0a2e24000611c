// Interrupt lines and other CPUs (kernel/irq/manage.c, kernel/smp.c, kernel/stop_machine.c).
#include "runtime/kernel/deferred_state.h"
#include "runtime/kernel/kernel.h"

#include <cassert>

namespace kmem::sim {

namespace {

constexpr SiteByRelease disableIrqSite{{"", "kernel/irq/manage.c", 556}, {"", "kernel/irq/manage.c", 739}};
constexpr SiteByRelease ipiIrqsOff{{"smp_call_function_single", "kernel/smp.c", 760},
                                   {"smp_call_function_single", "kernel/smp.c", 652}};
constexpr SiteByRelease ipiNotInTask{{"smp_call_function_single", "kernel/smp.c", 769},
                                     {"smp_call_function_single", "kernel/smp.c", 661}};
constexpr SiteByRelease manyNotInTask{{"smp_call_function_many_cond", "kernel/smp.c", 923},
                                      {"smp_call_function_many_cond", "kernel/smp.c", 815}};
constexpr SiteByRelease manyIrqsOff{{"smp_call_function_many_cond", "kernel/smp.c", 915},
                                    {"smp_call_function_many_cond", "kernel/smp.c", 807}};
constexpr SiteByRelease waitEventSite{{"", "kernel/irq/manage.c", 137}, {"", "kernel/irq/manage.c", 119}};

} // namespace

void Deferred::warnOnceIf(bool condition, const SiteByRelease &site) {
  if (condition)
    kernel.reports.warnOnce(site.in(kernel.profile.release));
}

bool Deferred::requestIrq(unsigned number, std::string_view name, CallbackId handler, CallbackId thread,
                          uint64_t argument) {
  assert(number < maxIrqLines && "the machine has no such line");
  IrqLine &line = current->lines[number];
  if (line.handler)
    return false;
  line = {};
  line.handler = handler;
  line.argument = argument;
  line.threadable = true;
  if (thread) {
    line.thread = create(DeferredKind::IrqThread, thread, argument);
    const std::string comm = "irq/" + std::to_string(number) + "-" + std::string(name);
    current->lines[number].task = kernel.context.createTask(comm.substr(0, 15), PfKthread);
  }
  return true;
}

void Deferred::freeIrq(unsigned number) {
  synchronizeIrq(number);
  IrqLine &line = current->lines[number];
  if (line.thread)
    destroy(line.thread);
  line = {};
}

void Deferred::raise(unsigned line) {
  current->lines[line].raised = true;
  runPendingInterrupts();
}
void Deferred::wakeThread(unsigned line) {
  if (const DeferredId thread = current->lines[line].thread)
    enqueueLast(thread);
}

void Deferred::disableIrq(unsigned line) {
  LockScope descriptor(kernel, KernelLock::IrqDescriptor, LockVariant::IrqSave);
  ++current->lines[line].disableDepth;
}
void Deferred::enableIrq(unsigned line) {
  {
    LockScope descriptor(kernel, KernelLock::IrqDescriptor, LockVariant::IrqSave);
    if (current->lines[line].disableDepth)
      --current->lines[line].disableDepth;
  }
  runPendingInterrupts();
}

/// The handler has run when this returns; its thread is waited for.
void Deferred::synchronizeIrq(unsigned line) {
  kernel.context.mightSleep(waitEventSite.in(kernel.profile.release));
  if (const DeferredId thread = current->lines[line].thread)
    waitUntil([&] { return !isPending(thread); });
}

void Deferred::disableIrqSync(unsigned line) {
  if (kernel.profile.release.atLeast(6, 12))
    kernel.context.mightSleep(disableIrqSite.in(kernel.profile.release));
  disableIrq(line);
  synchronizeIrq(line);
}

void Deferred::smpCall(unsigned cpu, CallbackId callback, uint64_t argument) {
  Context &context = kernel.context;
  context.preemptDisable();
  warnOnceIf(context.irqsDisabled(), ipiIrqsOff);
  warnOnceIf(!context.inTask(), ipiNotInTask);
  const unsigned here = context.cpu();
  if (cpu == here) {
    const bool irqsWereOff = context.irqSave();
    callbacks[callback](argument);
    context.irqRestore(irqsWereOff);
  } else {
    context.runOn(cpu);
    inHardirq([&] { callbacks[callback](argument); });
    context.runOn(here);
  }
  context.preemptEnable();
}

void Deferred::onEachCpu(CallbackId callback, uint64_t argument) {
  Context &context = kernel.context;
  context.preemptDisable();
  // smp_call_function_many_cond(): the order of its checks
  warnOnceIf(kernel.profile.proveLocking && kernel.reports.lockDebugging() && context.irqsDisabled(), manyIrqsOff);
  warnOnceIf(!context.inTask(), manyNotInTask);
  const unsigned here = context.cpu();
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    if (cpu != here) {
      context.runOn(cpu);
      inHardirq([&] { callbacks[callback](argument); });
      context.runOn(here);
    }
  const bool irqsWereOff = context.irqSave();
  callbacks[callback](argument);
  context.irqRestore(irqsWereOff);
  context.preemptEnable();
}

void Deferred::stopMachine(CallbackId callback, uint64_t argument) {
  Context &context = kernel.context;
  kernel.locks.acquire(kernel.locks.of(KernelLock::CpuHotplug), LockMode::Shared);
  bool done = false;
  context.schedule(); // waits for the stoppers
  inTask(current->stopper, [&] {
    context.preemptDisable(); // cpu_stopper_thread()
    const bool irqsWereOff = context.irqSave();
    callbacks[callback](argument);
    context.irqRestore(irqsWereOff);
    context.preemptEnable();
    done = true;
  });
  assert(done);
  kernel.locks.release(kernel.locks.of(KernelLock::CpuHotplug));
}

} // namespace kmem::sim
