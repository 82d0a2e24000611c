// The measure in print: the rates by level beside what they must be, and what was in the way, commonest first.
#pragma once

#include "tests/bench/reach/attempt.h"

namespace kmem::bench {

/// False when a level's rate is below what it must be.
bool printRates(const std::vector<Attempt> &attempts);
void printBlockers(const std::vector<Attempt> &attempts);

} // namespace kmem::bench
