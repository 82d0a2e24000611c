#include "runtime/scenario/group.h"

#include "llvm/ADT/STLExtras.h"

#include <initializer_list>

namespace kmem::sim {

namespace {

/// {name, variant, function}, sorted.
constexpr std::initializer_list<Group> table = {
    // clang-format off
    {"buddy", "", runBuddyGroup},
    {"caches", "", runCachesGroup},
    {"exhaust", "", runExhaustGroup},
    {"fault", "", runFaultGroup},
    {"gfp", "", runGfpGroup},
    {"matrix", "", runMatrixGroup},
    {"matrix", "ipi", runMatrixIpiGroup},
    {"matrix", "sleepers", runMatrixSleepersGroup},
    {"misc", "", runMiscGroup},
    {"mismatch", "", runMismatchGroup},
    {"oom", "", runOomGroup},
    {"sizes", "", runSizesGroup},
    {"vmalloc", "", runVmallocGroup},
    // clang-format on
};

} // namespace

llvm::ArrayRef<Group> groups() { return {table.begin(), table.end()}; }

const Group *groupNamed(llvm::StringRef name, llvm::StringRef variant) {
  const auto *group = llvm::find_if(groups(), [&](const Group &g) { return g.name == name && g.variant == variant; });
  return group == groups().end() ? nullptr : group;
}

} // namespace kmem::sim
