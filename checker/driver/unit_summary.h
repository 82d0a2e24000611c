// Stage: driver. The one way a summary is made: unit -> module -> summary -> bytes. kmem-cc and the worker pool both
// call this.
#pragma once

#include "core/compdb/compile_database.h"
#include "rules/lib/rules.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kmem {

struct UnitSummary {
  std::string bytes;                     ///< summary::serialize
  std::vector<std::string> dependencies; ///< absolute, the main file first
};

/// `unit` as recorded; `extraArguments` go behind its own. The error is the first diagnostics, one a line.
llvm::Expected<UnitSummary> summarizeUnit(const TranslationUnit &unit, llvm::ArrayRef<std::string> extraArguments,
                                          llvm::StringRef sourceRoot, const rules::RuleSet &rules);

} // namespace kmem
