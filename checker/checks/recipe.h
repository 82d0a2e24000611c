// Stage: checks. Paths and claims as recipes for replay: everything by symbol, unit and place, nothing that needs the
// linked program to be understood.
#pragma once

#include "checker/checks/path.h"
#include "checker/link/provenance.h"
#include "checker/link/taint.h"

namespace kmem::checks {

/// The path with what has to happen at its site.
ReplayRecipe recipeOf(const link::Program &program, const Path &path, ReplayClaim claim);

/// Where the memory comes from that `path` releases.
ReplayAllocation allocationOf(const link::Program &program, const Path &path, const link::AllocationOrigin &origin);

/// The calls that lead from the function where a value comes in, or is returned to, down to the site.
std::vector<link::CallRef> callsFrom(const link::TaintOrigin &origin, link::CallRef site);
/// Where the size comes from.
ReplaySource sourceOf(const link::Program &program, const link::TaintOrigin &origin);

} // namespace kmem::checks
