#include "runtime/replay/program.h"

#include "core/finding/read_findings.h"
#include "core/report/report.h"
#include "core/support/atomic_file.h"
#include "runtime/replay/one_finding.h"
#include "runtime/replay/workers.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Process.h"

#include <csignal>

namespace kmem::replay {

namespace {
volatile std::sig_atomic_t interrupted = 0;
void onInterrupt(int) { interrupted = 1; }

int fail(llvm::Error error) {
  llvm::errs() << "kmem-replay: error: " << llvm::toString(std::move(error)) << "\n";
  return UsageError;
}

llvm::Error writeReports(llvm::ArrayRef<Finding> findings, const Options &options, const Tree &tree) {
  for (const ReportTarget &target : options.reports) {
    const ReportFormat &format = *findReportFormat(target.format);
    if (target.file.empty() || target.file == "-") {
      format.write(findings, {tree.sourceRoot, llvm::sys::Process::StandardOutHasColors()}, llvm::outs());
      llvm::outs().flush();
      continue;
    }
    std::string text;
    llvm::raw_string_ostream out(text);
    format.write(findings, {tree.sourceRoot, false}, out);
    if (llvm::Error error = writeAtomically(target.file, text))
      return error;
  }
  return llvm::Error::success();
}

size_t countOf(llvm::ArrayRef<Finding> findings, Verdict::Result result) {
  return size_t(llvm::count_if(findings, [&](const Finding &finding) { return finding.verdict->result == result; }));
}

int replayAll(const Options &options) {
  auto findings = readFindings(options.findings);
  if (!findings)
    return fail(findings.takeError());
  auto tree = openReplayTree(options);
  if (!tree)
    return fail(tree.takeError());
  WorkerLimits limits;
  limits.jobs = options.jobs;
  std::vector<bool> failed;
  size_t finished = 0;
  const bool shows = !options.quiet && llvm::sys::Process::StandardErrIsDisplayed();
  auto work = [&](Finding &finding) {
    bool couldNotRun = false;
    replayFinding(finding, *tree, options, couldNotRun);
    return !couldNotRun;
  };
  auto done = [&](size_t number) {
    ++finished;
    if (shows)
      llvm::errs() << "\r\x1b[K[" << finished << "/" << findings->size() << "] " << (*findings)[number].location.file;
  };
  std::signal(SIGINT, onInterrupt);
  std::signal(SIGTERM, onInterrupt);
  const bool complete = inProcesses(*findings, limits, work, done, interrupted, failed);
  if (shows)
    llvm::errs() << "\r\x1b[K";
  if (!complete) {
    llvm::errs() << "kmem-replay: interrupted after " << finished << " of " << findings->size() << " findings\n";
    return Interrupted;
  }
  if (llvm::Error error = writeReports(*findings, options, tree->tree))
    return fail(std::move(error));
  const size_t confirmed = countOf(*findings, Verdict::Result::Confirmed);
  if (!options.quiet)
    llvm::errs() << findings->size() << " findings: " << confirmed << " confirmed, "
                 << countOf(*findings, Verdict::Result::Refuted) << " refuted, "
                 << countOf(*findings, Verdict::Result::Unknown) << " unknown.\n";
  if (llvm::is_contained(failed, true))
    return SomeFailed;
  return confirmed ? SomeConfirmed : AllDecided;
}
} // namespace

int runReplayProgram(llvm::ArrayRef<const char *> argv) {
  auto options = parseOptions(argv);
  if (!options)
    return fail(options.takeError());
  return replayAll(*options);
}

} // namespace kmem::replay
