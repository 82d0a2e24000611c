// Stage: driver. --dump=<stage>: the data between the stages as text on standard output. Each returns the exit code.
#pragma once

#include "checker/driver/summary_stage.h"
#include "checker/link/program.h"
#include "core/finding/finding.h"

namespace kmem {

/// compdb, rules and ir need no summaries. False when the stage asked for lies behind them.
bool dumpBeforeSummaries(const Options &options, const Tree &tree, const rules::RuleSet &rules);

int dumpSummaries(llvm::ArrayRef<UnitResult> results, const store::SummaryCache &cache, Console &console);
int dumpValues(const link::ValueTable &values);
int dumpProgram(const link::Program &program);
/// Before any filter.
int dumpFindings(std::vector<Finding> findings);

} // namespace kmem
