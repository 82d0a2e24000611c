// What a configured kernel tree says about itself: its release and its switches.
#pragma once

#include "rules/lib/rules.h"

namespace kmem {

/// Looks below `buildDirectory` (where units are compiled; the database may lie elsewhere), then below `sourceRoot`.
/// Where a tree says nothing, the facts are empty and every version condition of the rules holds.
rules::TreeFacts readTreeFacts(llvm::StringRef buildDirectory, llvm::StringRef sourceRoot);

} // namespace kmem
