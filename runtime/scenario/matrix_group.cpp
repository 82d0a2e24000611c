// The group matrix: each call in each context, in the order of the recording, as one record with the letters of what
// the console says. A machine that an experiment damaged starts again from where it was before the first one.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/matrix_probe.h"
#include "runtime/scenario/matrix_reports.h"
#include "runtime/sim/system.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <regex>

namespace kmem::sim {

namespace {

constexpr size_t headerLines = 7;

bool means(const MatrixReport &report, llvm::StringRef line) {
  if (!line.contains(report.text))
    return false;
  const bool aboutState = line.contains("__might_sleep");
  return report.letter == 'w' ? !aboutState : report.letter != 'T' || line.contains("WARNING");
}

std::string verdictOf(llvm::ArrayRef<std::string> lines) {
  std::string verdict;
  for (const MatrixReport &report : matrixReports)
    if (verdict.find(report.letter) == std::string::npos &&
        std::any_of(lines.begin(), lines.end(), [&](const std::string &line) { return means(report, line); }))
      verdict += report.letter;
  return verdict;
}

/// The lines that say what was reported and where, without names of threads.
llvm::json::Array headerOf(llvm::ArrayRef<std::string> lines) {
  static const std::regex wanted(
      R"(BUG|WARNING: CPU|in_atomic|preempt_count:|RCU nest|Illegal|suspicious|inconsistent|)"
      R"(context-\{|trying to lock|Voluntary)");
  static const std::regex pid(R"(pid: \d+, )"), thread(R"(probe/\d+)"), upperPid(R"(PID: \d+)");
  llvm::json::Array header;
  for (std::string line : lines) {
    if (header.size() == headerLines || !std::regex_search(line, wanted))
      continue;
    line = std::regex_replace(line, upperPid, "PID: N");
    line = std::regex_replace(line, thread, "probe/N");
    header.push_back(std::regex_replace(line, pid, "pid: N, "));
  }
  return header;
}

/// in_interrupt() is a BUG() for these; the recording does the call in three such contexts only.
bool crashesInInterrupt(llvm::StringRef api) {
  static constexpr llvm::StringLiteral family[] = {"vmalloc",
                                                   "vzalloc",
                                                   "vmalloc_user",
                                                   "vmalloc_32",
                                                   "__vmalloc_ATOMIC",
                                                   "__vmalloc_NOWAIT",
                                                   "__vmalloc_NOFS",
                                                   "kvmalloc_big_KERNEL",
                                                   "kvmalloc_16M_KERNEL",
                                                   "kvmalloc_16M_NOFS",
                                                   "vmap",
                                                   "ioremap",
                                                   "vunmap",
                                                   "iounmap"};
  return llvm::is_contained(family, api);
}
bool isTriedAnyway(llvm::StringRef context) {
  return context == "local_bh_disable" || context == "hardirq_irq_work" || context == "softirq_tasklet";
}

class Matrix {
public:
  Matrix(System &system, Emit emit, llvm::StringRef onlyContext) : system(system), emit(emit), only(onlyContext) {
    makeMatrixFixtures(system, fixtures, [this] { runCall(); });
    warmUp();
    start = system.snapshot();
    ready = fixtures;
  }

  void run(llvm::ArrayRef<MatrixApi> apis) {
    for (const MatrixContext &context : matrixContexts())
      for (const MatrixApi &api : apis)
        if (only.empty() ? context.name != "hardirq_ipi" : context.name == only)
          if (context.name != "workqueue_bh" || system.profile().release.atLeast(6, 9))
            experiment(api, context);
  }

private:
  void warmUp();
  void runCall();
  void experiment(const MatrixApi &api, const MatrixContext &context);
  void inContext(Probe &probe, const MatrixContext &context);
  void report(const Probe &probe, bool died);
  bool isDamaged() const;
  void cleanUp(Probe &probe);
  void startAgain() {
    system.restore(start);
    fixtures = ready;
  }

  System &system;
  Emit emit;
  llvm::StringRef only;
  MatrixFixtures fixtures{}, ready{};
  System::Snapshot start;

  // The experiment that runs.
  const MatrixApi *api = nullptr;
  const MatrixContext *context = nullptr;
  Probe *probe = nullptr;
  bool ran = false, notRun = false;
  uint32_t countSeen = 0;
  bool irqsOffSeen = false;
  std::vector<std::string> printed;
};

/// What the module does before its first experiment.
void Matrix::warmUp() {
  const Gfp gfp = system.profile().gfp.kernel();
  system.kmalloc.kfree(system.kmalloc.kmalloc(64, gfp));
  system.vmalloc.vfree(system.vmalloc.vmalloc(8192));
  system.percpu.free(system.percpu.allocate(8, 8, gfp));
  system.kvmalloc.kvfree(system.kvmalloc.kvmalloc(1 << 20, gfp));
  system.kernel.locks.acquire(fixtures.locks.mutex2);
  system.kernel.locks.release(fixtures.locks.mutex2);
  fixtures.page = *system.pages.allocate(gfp, 0);
  system.kernel.deferred.synchronizeRcu();
}

void Matrix::runCall() {
  const Context &now = system.kernel.context;
  countSeen = now.preemptCount();
  irqsOffSeen = now.irqsDisabled();
  ran = true;
  notRun = now.inInterrupt() && crashesInInterrupt(api->name) && !isTriedAnyway(context->name);
  if (!notRun)
    api->call(*probe);
}

/// The context, then what the recording repairs.
void Matrix::inContext(Probe &x, const MatrixContext &context) {
  const uint32_t before = x.context.preemptCount();
  context.run(x, [this] { runCall(); });
  if (x.context.preemptCount() != before)
    x.context.setPreemptCount(before);
  if (x.context.irqsDisabled())
    x.context.irqRestore(false);
  x.context.setTaskState(TaskState::Running);
}

void Matrix::experiment(const MatrixApi &newApi, const MatrixContext &newContext) {
  Probe x{system, fixtures};
  api = &newApi;
  context = &newContext;
  probe = &x;
  ran = notRun = fixtures.handlerRan = false;
  const TaskId task = x.context.createTask("probe", PfKthread);
  const TaskId parent = x.context.switchTo(task);
  x.context.taskForWrite().addressSpace = 1; // kthread_use_mm()
  bool died = false;
  Console::Mark mark = system.kernel.console.mark();
  try {
    if (api->setUp)
      api->setUp(x);
    system.kernel.reports.rearm();
    mark = system.kernel.console.mark();
    inContext(x, newContext);
  } catch (const Death &) {
    died = true;
  }
  printed = system.kernel.console.since(mark);
  report(x, died);
  if (died || isDamaged())
    return startAgain();
  try {
    system.kernel.reports.rearm();
    cleanUp(x);
    x.context.switchTo(parent);
  } catch (const Death &) {
    startAgain();
  }
}

bool Matrix::isDamaged() const {
  const auto says = [&](llvm::StringRef text) {
    return std::any_of(printed.begin(), printed.end(),
                       [&](const std::string &line) { return llvm::StringRef(line).contains(text); });
  };
  return (says("scheduling while atomic") && context->kind == MatrixContextKind::Interrupt) ||
         says("bad: scheduling from the idle") || says("Oops") || says("general protection");
}

void Matrix::report(const Probe &x, bool died) {
  Record record{{"api", api->name}, {"ctx", context->name}};
  if (!ran && !died)
    return;
  std::string verdict = verdictOf(printed) + (died ? "!" : "");
  if (notRun)
    verdict = "K*";
  record["verdict"] = verdict.empty() ? "." : verdict;
  if (ran && !died) {
    record["preempt_count"] = hexadecimal(countSeen);
    record["irqs_off"] = int64_t(irqsOffSeen);
  }
  if (died)
    record["result"] = "HANG";
  else if (notRun)
    record["result"] = "NOT_RUN: in_interrupt(), same BUG_ON as in local_bh_disable";
  else if (x.p)
    record["result"] = x.p == zeroSizePointer ? "ZERO_SIZE_PTR" : isErrorPointer(x.p) ? "ERR_PTR" : "ptr";
  else
    record["result"] = x.ret;
  record["text"] = headerOf(printed);
  emit(std::move(record));
}

/// What was not called has only its preparation undone.
void Matrix::cleanUp(Probe &x) {
  if (ran && !notRun) {
    if (api->cleanUp)
      api->cleanUp(x);
  } else if (api->name == "vmap") {
    system.pages.free(*x.page, 0);
  } else if (api->name == "vunmap") {
    system.vmalloc.vunmap(x.p);
    system.pages.free(*x.page, 0);
  } else if (api->name == "iounmap") {
    system.vmalloc.iounmap(x.p);
  }
}

} // namespace

void waitForHandler(Probe &x) {
  constexpr uint64_t seconds = 3;
  constexpr uint64_t nanosecondsPerSecond = 1000000000;
  const CodeSite site = x.site("kernel/sched/completion.c", 101, 111);
  if (x.fixtures.handlerRan)
    return;
  x.context.mightSleep(site);
  x.context.setTaskState(TaskState::Uninterruptible);
  x.deferred.waitUntil([&] { return x.fixtures.handlerRan; }, seconds * nanosecondsPerSecond);
  x.context.setTaskState(TaskState::Running);
}

void runMatrixGroup(System &system, Emit emit) {
  Matrix matrix(system, emit, "");
  std::vector<MatrixApi> all;
  for (const auto apis : {matrixSlabApis(), matrixMemoryApis(), matrixObjectApis(), matrixLockApis(), matrixWaitApis()})
    all.insert(all.end(), apis.begin(), apis.end());
  matrix.run(all);
}

void runMatrixIpiGroup(System &system, Emit emit) {
  Matrix matrix(system, emit, "hardirq_ipi");
  std::vector<MatrixApi> all;
  for (const auto apis : {matrixSlabApis(), matrixMemoryApis(), matrixObjectApis(), matrixLockApis(), matrixWaitApis()})
    all.insert(all.end(), apis.begin(), apis.end());
  matrix.run(all);
}

void runMatrixSleepersGroup(System &system, Emit emit) { Matrix(system, emit, "").run(matrixSleeperApis()); }

} // namespace kmem::sim
