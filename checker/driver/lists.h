// Stage: driver. What can be said without a tree: --list-checks, --explain, --list-rules.
#pragma once

#include "checker/driver/options.h"

namespace kmem {

/// Prints on standard output what Options::action asks for. An error: unknown check, broken rules.
llvm::Error printList(const Options &options, llvm::ArrayRef<std::string> checks);

} // namespace kmem
