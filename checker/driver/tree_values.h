// Stage: driver. The values the rules name, as the tree's configuration defines them.
#pragma once

#include "checker/driver/summary_stage.h"
#include "checker/link/program.h"

namespace kmem {

/// Compiles a probe with the flags that most units share; taken from the cache when neither the rules nor any header
/// changed. Call when the summaries are made. A tree where no probe compiles has no values, and `console` says so.
link::ValueTable treeValues(const Tree &tree, llvm::ArrayRef<UnitResult> results, const rules::RuleSet &rules,
                            const Options &options, store::SummaryCache &cache, Console &console);

} // namespace kmem
