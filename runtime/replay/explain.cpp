#include "runtime/replay/explain.h"

#include "core/finding/read_findings.h"
#include "runtime/replay/one_finding.h"
#include "runtime/replay/replay_tree.h"
#include "runtime/replay/story.h"
#include "runtime/replay/workers.h"

namespace kmem::replay {

/// The one finding whose fingerprint begins so.
static llvm::Expected<Finding> findingNamed(llvm::ArrayRef<Finding> findings, llvm::StringRef beginning) {
  const Finding *found = nullptr;
  for (const Finding &finding : findings) {
    if (!llvm::StringRef(finding.fingerprint).starts_with(beginning))
      continue;
    if (found && found->fingerprint != finding.fingerprint)
      return llvm::createStringError("more than one fingerprint begins with " + beginning + ": " + found->fingerprint +
                                     ", " + finding.fingerprint);
    found = found ? found : &finding;
  }
  if (!found)
    return llvm::createStringError("no finding has a fingerprint that begins with " + beginning);
  return *found;
}

/// False when it could not be run.
static bool judgeAndTell(Finding &finding, const ReplayTree &tree, const Options &options, llvm::raw_ostream &out) {
  Sources sources(tree.tree.units, tree.tree.sourceRoot, options.tree.extraArguments);
  auto scenario = makeScenario(finding, tree.rules, sources);
  if (!scenario) {
    finding.verdict = couldNotRun(scenario.takeError());
    tellVerdict(finding, out);
    return false;
  }
  Judge judge = makeJudge(finding, *scenario, tree, options);
  const Judgement judgement = judgeFinding(finding, judge, options);
  tellStory(finding, *scenario, judgement, tree.rules, sources, out);
  return true;
}

int explain(const Options &options) {
  auto findings = readFindings(options.findings);
  if (!findings)
    return usageError(findings.takeError());
  auto finding = findingNamed(*findings, options.fingerprint);
  if (!finding)
    return usageError(finding.takeError());
  auto tree = openReplayTree(options);
  if (!tree)
    return usageError(tree.takeError());
  std::vector<Finding> one{*finding};
  std::vector<bool> failed;
  const volatile std::sig_atomic_t never = 0;
  auto work = [&](Finding &f, std::vector<Finding> &) {
    const bool ran = judgeAndTell(f, *tree, options, llvm::outs());
    llvm::outs().flush();
    return ran;
  };
  // In a process of its own: what kills it is part of the story.
  inProcesses(one, WorkerLimits(), work, [](size_t) {}, never, failed);
  if (failed.front() && llvm::StringRef(one.front().verdict->reason).starts_with("the process that ran it"))
    tellVerdict(one.front(), llvm::outs());
  if (failed.front())
    return SomeFailed;
  return one.front().verdict->result == Verdict::Result::Confirmed ? SomeConfirmed : AllDecided;
}

} // namespace kmem::replay
