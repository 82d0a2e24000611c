// Stage: driver. The whole of kmem-tidy: the only place that knows the order of the stages.
#pragma once

#include "llvm/ADT/ArrayRef.h"

namespace kmem {

/// Process exit codes, documented in --help. A run with findings and failed units ends with UnitFailed.
enum ExitCode { Clean = 0, Findings = 1, UsageError = 2, UnitFailed = 3, Interrupted = 130 };

int runTidyProgram(llvm::ArrayRef<const char *> argv);

} // namespace kmem
