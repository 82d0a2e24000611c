#include "runtime/sim/host_code.h"

#include <signal.h>
#include <ucontext.h>

namespace kmem::sim {

namespace {

thread_local RunningMachine running;

/// The last host fault in host code of this thread.
thread_local uintptr_t faultAddress;
thread_local bool faultWasWrite;

constexpr int faultSignals[] = {SIGSEGV, SIGBUS};
constexpr unsigned faultSignalCount = 2;
constexpr uint64_t pageFaultWrite = 2; ///< X86_PF_WRITE of the error code

void onFault(int signal, siginfo_t *info, void *context) {
  if (!running.machine || !running.inHostCode) {
    // Not ours: it kills the process when the instruction is repeated.
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
    return;
  }
  faultAddress = reinterpret_cast<uintptr_t>(info->si_addr);
  faultWasWrite = static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_ERR] & pageFaultWrite;
  siglongjmp(running.machine->frame->leave, leftByFault);
}

/// Catches host faults as long as it lives; the outermost host code has one.
class FaultHandler {
public:
  explicit FaultHandler(bool wanted) : installed(wanted) {
    struct sigaction action = {};
    action.sa_sigaction = onFault;
    action.sa_flags = SA_SIGINFO;
    for (unsigned i = 0; installed && i < faultSignalCount; ++i)
      sigaction(faultSignals[i], &action, &before[i]);
  }
  ~FaultHandler() {
    for (unsigned i = 0; installed && i < faultSignalCount; ++i)
      sigaction(faultSignals[i], &before[i], nullptr);
  }
  FaultHandler(const FaultHandler &) = delete;
  FaultHandler &operator=(const FaultHandler &) = delete;

private:
  const bool installed;
  struct sigaction before[faultSignalCount];
};

/// The kernel's report of the last host fault, with the address that the simulated CPU would have faulted at.
[[noreturn]] void reportFault(kmem_sim &machine) {
  Kernel &kernel = machine.system.kernel;
  const Address inWindow =
      kernel.memory.isHostBacked() ? kernel.memory.fromHost(reinterpret_cast<void *>(faultAddress)) : 0;
  const CodeSite by{kernel.context.task().comm, "", 0};
  kernel.reports.badAccess(inWindow ? inWindow : faultAddress, faultWasWrite ? AccessKind::Write : AccessKind::Read,
                           by);
}

/// 0 when the code came to its end, else how it was left.
int enter(kmem_sim &machine, HostFrame &frame, const std::function<void()> &code) {
  const int left = sigsetjmp(frame.leave, /*savemask=*/1);
  if (left == 0) {
    running = {&machine, true};
    code();
  }
  running.inHostCode = false;
  return left;
}

} // namespace

RunningMachine &runningMachine() { return running; }

void callHost(kmem_sim &machine, const std::function<void()> &code) {
  const RunningMachine before = running;
  HostFrame frame{machine.frame, {}, {}};
  const FaultHandler handler(!machine.frame);
  machine.frame = &frame;
  const int left = enter(machine, frame, code);
  machine.frame = frame.outer;
  running = before;
  if (left == leftByFault)
    reportFault(machine);
  if (left == leftByDeath)
    throw Death{frame.death};
}

} // namespace kmem::sim

using namespace kmem::sim;

kmem_status statusOf(DeathKind kind) {
  return machineLives(kind) ? KMEM_OOPS : kind == DeathKind::Panic ? KMEM_PANIC : KMEM_HANG;
}

extern "C" kmem_status kmem_sim_run(kmem_sim *machine, const char *name, kmem_function function, void *argument) {
  if (!machine || !name || !function)
    return KMEM_BAD_ARGUMENT;
  if (machine->dead)
    return KMEM_DEAD;
  Context &context = machine->system.kernel.context;
  const TaskId caller = context.taskId();
  const std::vector<EnteredContext> entered = std::move(machine->handle.entered);
  machine->startThread(name);
  kmem_status status = KMEM_OK;
  try {
    callHost(*machine, [&] { function(argument); });
    // The last schedule(), in do_task_dead(): a spinlock or a read section that was left open shows here.
    context.preemptDisable();
    context.checkSchedule(/*preempted=*/false);
  } catch (const Death &death) {
    machine->dead = !machineLives(death.kind);
    status = statusOf(death.kind);
  }
  context.switchTo(caller);
  context.irqRestore(false);
  machine->handle.entered = entered;
  return status;
}
