// Stage: extract. One state of the property simulation: the context relative to the function's entry, and what the path
// knows. States with the same context delta merge; states that differ in it stay apart.
#pragma once

#include "checker/extract/path_facts.h"

namespace kmem::extract {

/// Distinct contexts kept per block. Reaching it marks the summary truncated.
inline constexpr unsigned maxStatesPerBlock = 8;

struct PathState {
  explicit PathState(ExprPool &pool) : facts(pool) {}

  summary::ContextDelta delta;
  llvm::SmallVector<uint32_t, 2> held; ///< indices into the summary's acquisitions, innermost last
  llvm::SmallVector<std::pair<ExprId, summary::IrqState>, 2> savedIrqs; ///< by the value that holds the flags
  PathFacts facts;

  bool sameProperty(const PathState &other) const { return delta == other.delta && savedIrqs == other.savedIrqs; }
};

} // namespace kmem::extract
