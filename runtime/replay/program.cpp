#include "runtime/replay/program.h"

#include "core/finding/read_findings.h"
#include "runtime/replay/again.h"
#include "runtime/replay/explain.h"
#include "runtime/replay/one_finding.h"
#include "runtime/replay/workers.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"

#include <csignal>

namespace kmem::replay {

namespace {
volatile std::sig_atomic_t interrupted = 0;
void onInterrupt(int) { interrupted = 1; }

size_t countOf(llvm::ArrayRef<Finding> findings, Verdict::Result result) {
  return size_t(llvm::count_if(findings, [&](const Finding &finding) { return finding.verdict->result == result; }));
}

/// Of those with its fingerprint: a finding that is there twice is saved once.
bool isFirst(llvm::ArrayRef<Finding> findings, const Finding &finding) {
  return &finding == llvm::find_if(findings, [&](const Finding &f) { return f.fingerprint == finding.fingerprint; });
}

llvm::Error makeSaveFolder(const Options &options) {
  if (options.saveFolder.empty())
    return llvm::Error::success();
  if (const std::error_code error = llvm::sys::fs::create_directories(options.saveFolder))
    return llvm::createStringError("--save: " + options.saveFolder + ": " + error.message());
  return llvm::Error::success();
}

int replayAll(const Options &options) {
  auto findings = readFindings(options.findings);
  if (!findings)
    return usageError(findings.takeError());
  auto tree = openReplayTree(options);
  if (!tree)
    return usageError(tree.takeError());
  if (llvm::Error error = makeSaveFolder(options))
    return usageError(std::move(error));
  WorkerLimits limits;
  limits.jobs = options.jobs;
  std::vector<bool> failed;
  size_t finished = 0;
  const bool shows = !options.quiet && llvm::sys::Process::StandardErrIsDisplayed();
  auto work = [&](Finding &finding, std::vector<Finding> &more) {
    bool couldNotRun = false;
    replayFinding(finding, *tree, options, isFirst(*findings, finding), more, couldNotRun);
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
  if (llvm::Error error = writeReports(*findings, options.reports, tree->tree.sourceRoot, std::nullopt))
    return usageError(std::move(error));
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
    return usageError(options.takeError());
  switch (options->command) {
  case Command::Replay:
    return replayAll(*options);
  case Command::Again:
    return replayAgain(*options);
  case Command::Explain:
    return explain(*options);
  }
  __builtin_unreachable();
}

} // namespace kmem::replay
