// Per-CPU variables: the CPU that runs is number 0, and its variables lie where the image has them.
#pragma once

#include "llvm/IR/GlobalVariable.h"

namespace kmem::replay {

/// Whether a variable holds where the variables of a CPU lie: it reads as 0, for every CPU.
bool isPerCpuOffset(const llvm::GlobalVariable &variable);
/// The same of what `pointer` points into.
bool pointsToPerCpuOffset(const llvm::Value &pointer);

} // namespace kmem::replay
