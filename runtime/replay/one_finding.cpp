#include "runtime/replay/one_finding.h"

#include "runtime/judge/judge.h"

namespace kmem::replay {

void replayFinding(Finding &finding, const ReplayTree &tree, const Options &options, bool &failed) {
  Sources sources(tree.tree.units, tree.tree.sourceRoot, options.tree.extraArguments);
  auto scenario = makeScenario(finding, tree.rules, sources);
  if (!scenario) {
    failed = true;
    finding.verdict = Verdict{Verdict::Result::Unknown, "", llvm::toString(scenario.takeError()), {}, {}, {}, ""};
    return;
  }
  JudgeLimits limits;
  limits.seconds = options.seconds;
  Judge judge(finding, *scenario, tree.rules, tree.values, tree.profile, limits);
  finding.verdict = judge.judge().verdict;
}

} // namespace kmem::replay
