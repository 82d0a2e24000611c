// Giving the CPU away, and the checks for it (kernel/sched/core.c, kernel/time/). The time a task sleeps is over at
// once.
#include "runtime/models/call_types.h"
#include "runtime/models/image_text.h"
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

constexpr unsigned offsetsRcuShift = 8; ///< MIGHT_RESCHED_RCU_SHIFT
constexpr uint64_t offsetsPreemptMask = 0xff;

/// schedule(): whoever wakes the task has changed what it waits for.
void giveCpuAway(ModelCall &call) {
  call.context().schedule();
  call.context().setTaskState(sim::TaskState::Running);
  call.passTime();
  if (call.now.waitQueue)
    call.openObject(call.now.waitQueue);
}

Values schedule(ModelCall &call) {
  giveCpuAway(call);
  return call.nothing();
}

/// The time is over; or the task was woken before, with all of it left.
Values scheduleTimeout(ModelCall &call) {
  const bool woken = call.unusual(ChoiceKind::Interrupted);
  giveCpuAway(call);
  return woken ? call.returns(call.argument(0)) : call.returns(0);
}

/// Without a result, or with the time that is left.
Values sleep(ModelCall &call) {
  giveCpuAway(call);
  return call.nothing();
}

/// udelay() and its like spin.
Values delay(ModelCall &call) {
  call.passTime();
  return call.nothing();
}

/// cond_resched(): a check, and no other task to run.
Values condResched(ModelCall &call) {
  call.context().condResched(call.calleeSite());
  return call.nothing();
}

/// __might_sleep(file, line)
Values mightSleep(ModelCall &call) {
  const std::string file = imageText(call, call.pointer(0));
  call.context().mightSleep({"", file.c_str(), unsigned(call.number(1))});
  return call.nothing();
}
/// __might_resched(file, line, offsets)
Values mightResched(ModelCall &call) {
  const std::string file = imageText(call, call.pointer(0));
  const uint64_t offsets = call.number(2);
  call.context().mightResched({"", file.c_str(), unsigned(call.number(1))}, uint32_t(offsets & offsetsPreemptMask),
                              uint32_t(offsets >> offsetsRcuShift));
  return call.nothing();
}
/// __might_fault(file, line)
Values mightFault(ModelCall &call) {
  const std::string file = imageText(call, call.pointer(0));
  call.context().mightFault({"", file.c_str(), unsigned(call.number(1))});
  return call.nothing();
}
Values mightAlloc(ModelCall &call) {
  call.context().mightAlloc(call.gfp());
  return call.nothing();
}

/// get_current(): one task for the whole run.
Values currentTask(ModelCall &call) {
  if (!call.now.currentTask)
    call.now.currentTask = call.machine.objects.make(resultType(call.site, call.callee), "current");
  return call.returns(call.now.currentTask);
}

constexpr ModelRow rows[] = {
    {"schedule", schedule},
    {"schedule_timeout", scheduleTimeout},
    {"msleep", sleep},
    {"udelay", delay},
    {"cond_resched", condResched},
    {"might_sleep", mightSleep},
    {"might_resched", mightResched},
    {"might_fault", mightFault},
    {"might_alloc", mightAlloc},
    {"get_current", currentTask},
};

} // namespace

ModelTable schedulingModels() { return rows; }

} // namespace kmem::replay
