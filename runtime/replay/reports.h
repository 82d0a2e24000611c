// What the program tells whoever runs it: reports where --report wants them, errors of usage.
#pragma once

#include "core/finding/finding.h"
#include "runtime/replay/options.h"

namespace kmem::replay {

llvm::Error writeReports(llvm::ArrayRef<Finding> findings, const Options &options, const Tree &tree);

/// Says it; UsageError.
int usageError(llvm::Error error);

} // namespace kmem::replay
