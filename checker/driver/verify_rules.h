// Stage: driver. --verify-rules: the rules held against what the tree's summaries call, define, store to and
// initialise. A rule that matches nothing is most likely one for another release, or a name the kernel has given up.
#pragma once

#include "checker/driver/summary_stage.h"

namespace kmem {

/// Prints which rules match, which match nothing and which name an argument their function does not have, then counts.
int verifyRules(const rules::RuleSet &rules, llvm::ArrayRef<UnitResult> results, const store::SummaryCache &cache,
                Console &console);

} // namespace kmem
