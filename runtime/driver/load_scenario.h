// Reads a scenario for a command; what is wrong with it goes to standard error, a line each.
#pragma once

#include "runtime/scenario/scenario_file.h"

namespace kmem::sim {

std::optional<Scenario> loadScenario(llvm::StringRef path);

} // namespace kmem::sim
