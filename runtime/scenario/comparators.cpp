#include "runtime/scenario/comparison.h"

namespace kmem::sim {

Comparator comparatorFor(llvm::StringRef) { return compareAllocation; }

} // namespace kmem::sim
