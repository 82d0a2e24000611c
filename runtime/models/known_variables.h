// Variables of the kernel that are what they are on any machine that has booted: where memory is mapped, that the
// system runs. Code computes addresses with them.
#pragma once

#include "runtime/exec/machine.h"

namespace kmem::replay {

/// Writes those that the program mentions. Before the run.
void setKnownVariables(Machine &machine);

} // namespace kmem::replay
