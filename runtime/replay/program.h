// The whole of kmem-replay: the only place that knows the order of the stages.
#pragma once

#include "llvm/ADT/ArrayRef.h"

namespace kmem::replay {

int runReplayProgram(llvm::ArrayRef<const char *> argv);

} // namespace kmem::replay
