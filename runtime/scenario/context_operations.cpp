// Contexts, sleeping and time. enter and leave are the runner's; they are here for their schema.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/operation_families.h"

#include "runtime/sim/system.h"

#include <cassert>

namespace kmem::sim {

namespace {

constexpr Argument contextArgument[] = {{"ctx", ArgumentKind::Context, "a context; see kmem-sim list contexts"}};
constexpr Argument millisecondsArgument[] = {{"ms", ArgumentKind::Size, "milliseconds"}};
constexpr uint64_t nanosecondsPerMillisecond = 1000000;
constexpr CodeSite here{"scenario_step", "scenario", 1};

void byRunner(Step &) { assert(false && "the runner does these itself"); }

void tellContext(Step &step) {
  const Context &context = step.system.kernel.context;
  step.result["preempt_count"] = hexadecimal(context.preemptCount());
  step.result["irqs_disabled"] = context.irqsDisabled();
  step.result["rcu_depth"] = context.task().rcuDepth;
  step.result["in_task"] = context.inTask();
  step.result["cpu"] = int64_t(context.cpu());
  step.result["comm"] = context.task().comm;
}

constexpr Operation table[] = {
    {"enter", "takes the lock or enters the section", contextArgument, ValueKind::None, byRunner},
    {"leave", "the innermost that was entered", contextArgument, ValueKind::None, byRunner},
    {"context", "what the CPU is allowed to do", {}, ValueKind::None, tellContext},
    {"might_sleep",
     "says so when sleeping is forbidden",
     {},
     ValueKind::None,
     [](Step &s) { s.system.kernel.context.mightSleep(here); }},
    {"schedule", "gives the CPU away", {}, ValueKind::None, [](Step &s) { s.system.kernel.deferred.schedule(); }},
    {"msleep", "sleeps", millisecondsArgument, ValueKind::None,
     [](Step &s) { s.system.kernel.deferred.sleep(s.number("ms") * nanosecondsPerMillisecond); }},
    {"advance", "lets time pass, with what becomes due in it", millisecondsArgument, ValueKind::None,
     [](Step &s) { s.system.kernel.deferred.advance(s.number("ms") * nanosecondsPerMillisecond); }},
    {"run_pending",
     "runs what waits: softirqs, work items, deferred frees",
     {},
     ValueKind::None,
     [](Step &s) { s.system.kernel.deferred.runPending(); }},
    {"synchronize_rcu",
     "waits for a grace period",
     {},
     ValueKind::None,
     [](Step &s) { s.system.kernel.deferred.synchronizeRcu(); }},
};

} // namespace

llvm::ArrayRef<Operation> contextOperations() { return table; }

} // namespace kmem::sim
