// Stage: checks. In: a linked Program. Out: findings, one per root cause, in report order. Checks read resolved facts;
// they decide and explain, nothing else.
#pragma once

#include "checker/link/program.h"
#include "core/finding/finding.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace kmem {

/// Runs the checks for which `enabled(id)` holds.
std::vector<Finding> runChecks(const link::Program &program, llvm::function_ref<bool(llvm::StringRef)> enabled);

/// Every other site that an enabled check looks at, right or wrong, with a low confidence and a full recipe: for replay
/// to decide. `reported` is what runChecks gave. In report order.
std::vector<Finding> suspectedSites(const link::Program &program, llvm::function_ref<bool(llvm::StringRef)> enabled,
                                    llvm::ArrayRef<Finding> reported);

/// Every check id, sorted; each has a rules/checks/<id>.yaml.
std::vector<std::string> allChecks();

} // namespace kmem
