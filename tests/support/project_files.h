// Finds the files that tests work on, relative to this source tree, in a stable order.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace kmem::test {

/// An absolute path in the source tree.
std::string projectPath(llvm::StringRef relative);

/// Every file below `folder` (relative to the source tree) whose name ends in one of `suffixes`, as sorted paths
/// relative to the source tree.
std::vector<std::string> filesBelow(llvm::StringRef folder, const std::vector<std::string> &suffixes);

/// The lines of a file; the test fails when it cannot be read.
std::vector<std::string> linesOf(llvm::StringRef absolutePath);

} // namespace kmem::test
