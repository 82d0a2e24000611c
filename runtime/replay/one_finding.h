// One finding from its recipe to its verdict, in the process that calls this.
#pragma once

#include "core/finding/finding.h"
#include "runtime/judge/judge.h"
#include "runtime/replay/replay_tree.h"

namespace kmem::replay {

/// The judge of a scenario under the options.
Judge makeJudge(const Finding &finding, Scenario &scenario, const ReplayTree &tree, const Options &options);
/// Attaches the verdict to the finding. A confirmation is good as long as the judge.
Judgement judgeFinding(Finding &finding, Judge &judge, const Options &options);
/// The verdict on what cannot be run at all.
Verdict couldNotRun(llvm::Error why);

/// Attaches a verdict. What cannot be run at all (the source has moved, a unit does not compile) is unknown, and
/// `failed` is set; also when a confirmed run cannot be saved. `isFirst`: of the findings with its fingerprint.
/// `more` is what --explore-faults finds.
void replayFinding(Finding &finding, const ReplayTree &tree, const Options &options, bool isFirst,
                   std::vector<Finding> &more, bool &failed);

} // namespace kmem::replay
