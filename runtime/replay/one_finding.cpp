#include "runtime/replay/one_finding.h"

#include "runtime/replay/again.h"
#include "runtime/replay/fault_findings.h"

namespace kmem::replay {

void replayFinding(Finding &finding, const ReplayTree &tree, const Options &options, bool isFirst,
                   std::vector<Finding> &more, bool &failed) {
  Sources sources(tree.tree.units, tree.tree.sourceRoot, options.tree.extraArguments);
  auto scenario = makeScenario(finding, tree.rules, sources);
  if (!scenario) {
    failed = true;
    finding.verdict = Verdict{Verdict::Result::Unknown, "", llvm::toString(scenario.takeError()), {}, {}, {}, ""};
    return;
  }
  scenario->injection = options.injection;
  JudgeLimits limits;
  limits.seconds = options.seconds;
  Judge judge(finding, *scenario, tree.rules, tree.values, tree.profile, limits);
  const Judgement judgement = judge.judge();
  finding.verdict = judgement.verdict;
  if (!options.inject.empty())
    finding.verdict->assumptions.push_back("requests fail as --inject " + options.inject + " says");
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
