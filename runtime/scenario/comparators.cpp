#include "runtime/scenario/comparison.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::sim {

namespace {

bool always(const Record &, bool) { return true; }

constexpr GroupComparison table[] = {
    {"buddy", always, comparePages, ""},
    {"caches", cacheCounts, compareCaches, "name"}, // numbered by their place among all caches of the kernel
    {"exhaust", always, comparePages, ""},
    {"fault", always, compareFault, ""},
    {"gfp", always, compareAllocation, ""},
    {"matrix", matrixCounts, compareMatrix, ""},
    {"mismatch", mismatchCounts, compareMismatch, ""},
    {"misc", always, compareAllocation, ""},
    {"oom", always, comparePages, ""},
    {"sizes", always, compareAllocation, ""},
    {"vmalloc", always, compareVmalloc, ""},
};

} // namespace

const GroupComparison *comparisonOf(llvm::StringRef group) {
  const auto *row = llvm::find_if(table, [&](const GroupComparison &r) { return r.group == group; });
  return row == std::end(table) ? nullptr : row;
}

} // namespace kmem::sim
