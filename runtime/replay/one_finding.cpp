#include "runtime/replay/one_finding.h"

#include "runtime/replay/again.h"
#include "runtime/replay/fault_findings.h"

#include <algorithm>

namespace kmem::replay {

/// That a search gets whatever compiling took: most claims that come true do within it.
static constexpr double leastSeconds = 1;

Verdict couldNotRun(llvm::Error why) {
  return {Verdict::Result::Unknown, "", llvm::toString(std::move(why)), {}, {}, {}, ""};
}

Judge makeJudge(const Finding &finding, Scenario &scenario, const ReplayTree &tree, const Options &options) {
  scenario.injection = options.injection;
  JudgeLimits limits;
  limits.seconds = std::max(options.seconds - scenario.seconds, leastSeconds);
  return Judge(finding, scenario, tree.rules, tree.values, tree.profile, limits);
}

Judgement judgeFinding(Finding &finding, Judge &judge, const Options &options) {
  Judgement judgement = judge.judge();
  finding.verdict = judgement.verdict;
  if (!options.inject.empty())
    finding.verdict->assumptions.push_back("requests fail as --inject " + options.inject + " says");
  return judgement;
}

void replayFinding(Finding &finding, const ReplayTree &tree, const Options &options, bool isFirst,
                   std::vector<Finding> &more, bool &failed) {
  Sources sources(tree.tree.units, tree.tree.sourceRoot, options.tree.extraArguments);
  auto scenario = makeScenario(finding, tree.rules, sources);
  if (!scenario) {
    failed = true;
    finding.verdict = couldNotRun(scenario.takeError());
    return;
  }
  Judge judge = makeJudge(finding, *scenario, tree, options);
  const Judgement judgement = judgeFinding(finding, judge, options);
  if (judgement.confirmation && options.exploreFaults)
    more = faultFindings(finding, *scenario, *judgement.confirmation, tree, sources);
  if (!judgement.confirmation || options.saveFolder.empty() || !isFirst)
    return;
  if (llvm::Error error = save(finding, *scenario, *judgement.confirmation, tree.tree.sourceRoot, options)) {
    llvm::errs() << "kmem-replay: error: " << llvm::toString(std::move(error)) << "\n";
    failed = true;
  }
}

} // namespace kmem::replay
