// What a unit's code is named by: equal wherever and whenever the same source is compiled the same way.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace llvm {
class Module;
}

namespace kmem::replay {

/// 32 hex digits over the module's code and the lines it stands in. `root` is where the sources are: it may stand in
/// texts of the program and counts for nothing.
std::string digestOf(const llvm::Module &module, llvm::StringRef root);

} // namespace kmem::replay
