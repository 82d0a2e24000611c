// Waiting for something that others do (kernel/sched/completion.c, wait.c): the check whether the task may sleep, then
// it is over, or a signal or the time ended it. Meanwhile others have changed the object that was waited for.
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

constexpr sim::SiteByRelease completionSite{{"", "kernel/sched/completion.c", 101},
                                            {"", "kernel/sched/completion.c", 111}};
constexpr uint64_t restartSystemCall = uint64_t(-512); ///< -ERESTARTSYS
constexpr uint64_t interruptibleState = 0x1;           ///< TASK_INTERRUPTIBLE

void waitAt(ModelCall &call, Address object) {
  call.context().mightSleep(completionSite.in(call.kernel().profile.release));
  call.openObject(object);
}

Values wait(ModelCall &call) {
  waitAt(call, call.pointer(0));
  return call.nothing();
}
/// 0, or a signal came.
Values waitInterruptibly(ModelCall &call) {
  const bool signalled = call.unusual(ChoiceKind::Interrupted);
  waitAt(call, call.pointer(0));
  return call.returns(signalled ? restartSystemCall : 0);
}
/// What is left of the time, at least 1; 0 when it is over.
Values waitForTime(ModelCall &call) {
  const bool over = call.unusual(ChoiceKind::Interrupted);
  waitAt(call, call.pointer(0));
  return call.returns(over ? 0 : 1);
}
/// All three.
Values waitForTimeInterruptibly(ModelCall &call) {
  constexpr uint64_t results[] = {1, 0, restartSystemCall};
  const unsigned way = call.chooser.choose(ChoiceKind::Interrupted, call.title(), std::size(results));
  waitAt(call, call.pointer(0));
  return call.returns(results[way]);
}
/// wait_for_completion_state(completion, state)
Values waitInState(ModelCall &call) {
  return call.number(1) & interruptibleState ? waitInterruptibly(call) : wait(call);
}

sim::TaskState stateOf(uint64_t number) {
  return number & interruptibleState ? sim::TaskState::Interruptible : sim::TaskState::Uninterruptible;
}

/// prepare_to_wait(queue, entry, state)
Values prepare(ModelCall &call) {
  call.now.waitQueue = call.pointer(0);
  call.context().setTaskState(stateOf(call.number(2)));
  return call.nothing();
}
/// prepare_to_wait_event(): a signal ends it before the task sleeps.
Values prepareForEvent(ModelCall &call) {
  const bool signalled = (call.number(2) & interruptibleState) && call.unusual(ChoiceKind::Interrupted);
  if (signalled)
    return call.returns(restartSystemCall);
  return prepare(call);
}
Values finish(ModelCall &call) {
  call.now.waitQueue = 0;
  call.context().setTaskState(sim::TaskState::Running);
  return call.nothing();
}

constexpr ModelRow rows[] = {
    {"wait_for_completion", wait},
    {"wait_for_completion_interruptible", waitInterruptibly},
    {"wait_for_completion_timeout", waitForTime},
    {"wait_for_completion_interruptible_timeout", waitForTimeInterruptibly},
    {"wait_for_completion_state", waitInState},
    {"prepare_to_wait", prepare},
    {"prepare_to_wait_event", prepareForEvent},
    {"finish_wait", finish},
};

} // namespace

ModelTable waitingModels() { return rows; }

} // namespace kmem::replay
