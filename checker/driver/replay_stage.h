// Stage: driver. --replay: hands the findings to kmem-replay, the program installed beside this one, and takes its
// verdicts back. The two halves know of each other by the findings' JSON and a command line alone.
#pragma once

#include "checker/driver/finding_filter.h"
#include "checker/driver/worker_pool.h"
#include "rules/tree/tree.h"

namespace kmem {

/// The path of kmem-replay; an error when it is not there.
llvm::Expected<std::string> findReplayProgram();

/// Gives every finding its verdict. Errors: kmem-replay cannot be run, fails, or answers something else than asked.
llvm::Expected<PoolEnd> replay(std::vector<Finding> &findings, const Options &options, const Tree &tree);

/// --only-confirmed.
void keepConfirmed(FilteredFindings &shown);

} // namespace kmem
