// Stage: extract. Which contexts a function returns in, as far as a caller can tell them apart.
#pragma once

#include "checker/summary/summary.h"

namespace kmem::extract {

/// Exits in different contexts that neither the return value nor a parameter tells apart are paths the simulation mixed
/// up, not a lock wrapper: they become one exit with what they have in common.
void settleExits(summary::FunctionSummary &function);

} // namespace kmem::extract
