// The story of one finding, for a person who wants to know why.
#pragma once

#include "runtime/replay/options.h"

namespace kmem::replay {

/// The command `explain`; its exit code.
int explain(const Options &options);

} // namespace kmem::replay
