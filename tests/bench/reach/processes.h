// Runs the measure in processes: a unit that the compiler crashes on, or a run that goes wild, is one line less and
// never the end.
#pragma once

#include "tests/bench/reach/attempt.h"

namespace kmem::bench {

/// All attempts on the targets of these units, in their order, whatever `jobs` is.
std::vector<Attempt> attemptAll(const std::vector<std::string> &units, const replay::ReplayTree &tree,
                                AttemptLimits limits, unsigned jobs);

} // namespace kmem::bench
