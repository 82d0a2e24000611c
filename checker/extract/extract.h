// Stage: extract. In: a KernelModule and the rules. Out: a TuSummary. One extractor per fact:
//
//   lower ──▶ values ──▶ simulate ──▶ record
//   passes    LLVM Value  property     calls, stores,
//             to Expr     simulation   exits, initialisers
//
// Functions are visited callees first, so that a lock wrapper of the same unit changes its caller's context.
#pragma once

#include "checker/summary/summary.h"
#include "core/frontend/kernel_module.h"
#include "rules/lib/rules.h"

namespace kmem {

/// Where the unit lives: `mainFile` relative to `sourceRoot`, as every location will be; `directory` is where it is
/// compiled.
struct UnitPlace {
  std::string mainFile, sourceRoot, directory;
};

/// Consumes the module's IR (it is simplified in place).
summary::TuSummary extractSummary(KernelModule &module, const rules::RuleSet &rules, const UnitPlace &place);

} // namespace kmem
