// The machine as a whole: snapshots, fault injection, the console. snapshot and restore are the runner's.
#include "runtime/scenario/operation_families.h"

#include "runtime/sim/system.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace kmem::sim {

namespace {

constexpr Argument snapshotArgument[] = {named("snapshot", ValueKind::Snapshot, "from a snapshot step")};

/// What every capability has (include/linux/fault-inject.h).
constexpr std::array<Argument, 5> commonKnobs = {{
    {"probability", ArgumentKind::Size, "percent", false},
    {"interval", ArgumentKind::Size, "only every so many-th request", false},
    {"times", ArgumentKind::Integer, "failures at most, -1 for no end", false},
    {"space", ArgumentKind::Size, "bytes (pages) that still succeed", false},
    {"task_filter", ArgumentKind::Flag, "only tasks with make-it-fail", false},
}};
constexpr Argument ignoreGfpWait{"ignore_gfp_wait", ArgumentKind::Flag,
                                 "requests that may sleep succeed; default: true", false};

template <typename... More> constexpr auto knobsAnd(More... more) {
  std::array<Argument, commonKnobs.size() + sizeof...(More)> all{};
  std::copy(commonKnobs.begin(), commonKnobs.end(), all.begin());
  size_t i = commonKnobs.size();
  ((all[i++] = more), ...);
  return all;
}
constexpr auto failslabArguments =
    knobsAnd(ignoreGfpWait, Argument{"cache_filter", ArgumentKind::Flag, "only caches with SLAB_FAILSLAB", false});
constexpr auto failPageArguments = knobsAnd(
    ignoreGfpWait,
    Argument{"ignore_gfp_highmem", ArgumentKind::Flag, "requests for high memory succeed; default: true", false},
    Argument{"min_order", ArgumentKind::Size, "smaller requests succeed; default: 1", false});
constexpr Argument failNthArguments[] = {{"n", ArgumentKind::Size, "the n-th request of this task fails, from 1"}};
constexpr Argument makeItFailArguments[] = {{"on", ArgumentKind::Flag, "of this task"}};

void byRunner(Step &) { assert(false && "the runner does these itself"); }

/// What is not said is as after boot.
FaultAttr attrOf(const Step &step) {
  FaultAttr attr;
  attr.probability = step.number("probability", attr.probability);
  attr.interval = step.number("interval", attr.interval);
  attr.times = int32_t(step.number("times", uint64_t(int64_t(attr.times))));
  attr.space = int32_t(step.number("space"));
  attr.taskFilter = step.number("task_filter");
  return attr;
}

/// Knobs of a kernel that was built without are no knobs.
void tellAvailability(Step &step, bool built) {
  if (!built)
    step.say("this kernel was built without it: nothing will fail");
}

void setFailslab(Step &step) {
  FailSlab &knobs = step.system.faults.failslab();
  knobs.attr = attrOf(step);
  knobs.ignoreGfpReclaim = step.number("ignore_gfp_wait", true);
  knobs.cacheFilter = step.number("cache_filter");
  tellAvailability(step, step.system.profile().failslab);
}

void setFailPageAlloc(Step &step) {
  FailPageAlloc &knobs = step.system.faults.failPageAlloc();
  knobs.attr = attrOf(step);
  knobs.ignoreGfpReclaim = step.number("ignore_gfp_wait", true);
  knobs.ignoreGfpHighmem = step.number("ignore_gfp_highmem", true);
  knobs.minOrder = uint32_t(step.number("min_order", 1));
  tellAvailability(step, step.system.profile().failPageAlloc);
}

void setFailUserCopy(Step &step) {
  step.system.faults.failUserCopy().attr = attrOf(step);
  tellAvailability(step, step.system.profile().failUserCopy);
}

constexpr Operation table[] = {
    {"snapshot", "the whole machine, to come back to", {}, ValueKind::Snapshot, byRunner},
    {"restore", "back to a snapshot; also after the machine died", snapshotArgument, ValueKind::None, byRunner},
    {"failslab", "makes slab allocations fail", failslabArguments, ValueKind::None, setFailslab},
    {"fail_page_alloc", "makes page allocations fail", failPageArguments, ValueKind::None, setFailPageAlloc},
    {"fail_usercopy", "makes copies from and to user memory fail", commonKnobs, ValueKind::None, setFailUserCopy},
    {"fail_nth", "makes one request of this task fail", failNthArguments, ValueKind::None,
     [](Step &s) { s.system.kernel.context.taskForWrite().failNth = uint32_t(s.number("n")); }},
    {"make_it_fail", "marks this task for task_filter", makeItFailArguments, ValueKind::None,
     [](Step &s) { s.system.kernel.context.taskForWrite().makeItFail = s.number("on"); }},
};

} // namespace

llvm::ArrayRef<Operation> machineOperations() { return table; }

} // namespace kmem::sim
