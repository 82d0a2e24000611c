// What the debug information says of a function's parameters.
#pragma once

#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Function.h"

#include <string>

namespace kmem::replay {

struct Parameter {
  std::string name;                   ///< as in the source; "arg0" when nothing is known
  const llvm::DIType *type = nullptr; ///< null when nothing is known
};

Parameter describeParameter(const llvm::Argument &argument);

} // namespace kmem::replay
