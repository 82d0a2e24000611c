// Inside of the frontend: clang::ParseAST with the unused inlines left out (see inline_pruning.h).
#pragma once

#include "clang/Basic/IdentifierTable.h"
#include "clang/Sema/Sema.h"

#include <vector>

namespace kmem {

/// Parses the main file into `sema`'s consumer and returns the functions whose body was left out.
std::vector<const clang::IdentifierInfo *> parsePruned(clang::Sema &sema);

} // namespace kmem
