// Types as C writes them, for people.
#pragma once

#include <string>

namespace llvm {
class DIType;
}

namespace kmem::replay {

/// "struct port" for a pointer to one; "" when nobody knows.
std::string pointeeName(const llvm::DIType *pointer);

} // namespace kmem::replay
