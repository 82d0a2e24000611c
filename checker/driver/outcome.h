// Stage: driver. The end of a run: the failed units, the summary line, the exit code.
#pragma once

#include "checker/driver/finding_filter.h"
#include "checker/driver/summary_stage.h"

namespace kmem {

/// Lists the failed units, prints the summary line and returns the exit code.
int conclude(const FilteredFindings &shown, const SummaryStage &summaries, const Tree &tree, const Options &options,
             Console &console);

int sayInterrupted(const SummaryStage &summaries, Console &console);

} // namespace kmem
