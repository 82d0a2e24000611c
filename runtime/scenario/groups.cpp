#include "runtime/scenario/group.h"

#include "llvm/ADT/STLExtras.h"

#include <initializer_list>

namespace kmem::sim {

namespace {

/// A group for which it does not matter what state the recorded guest was in.
template <void (*group)(System &, Emit)> void anyState(System &system, Emit emit, const TruthFile &) {
  group(system, emit);
}

/// {name, variant, function}, sorted.
constexpr std::initializer_list<Group> table = {
    // clang-format off
    {"buddy", "", anyState<runBuddyGroup>},
    {"caches", "", anyState<runCachesGroup>},
    {"exhaust", "", runExhaustGroup},
    {"fault", "", anyState<runFaultGroup>},
    {"gfp", "", anyState<runGfpGroup>},
    {"matrix", "", anyState<runMatrixGroup>},
    {"matrix", "ipi", anyState<runMatrixIpiGroup>},
    {"matrix", "sleepers", anyState<runMatrixSleepersGroup>},
    {"misc", "", anyState<runMiscGroup>},
    {"mismatch", "", anyState<runMismatchGroup>},
    {"oom", "", anyState<runOomGroup>},
    {"sizes", "", anyState<runSizesGroup>},
    {"vmalloc", "", anyState<runVmallocGroup>},
    // clang-format on
};

} // namespace

llvm::ArrayRef<Group> groups() { return {table.begin(), table.end()}; }

const Group *groupNamed(llvm::StringRef name, llvm::StringRef variant) {
  const auto *group = llvm::find_if(groups(), [&](const Group &g) { return g.name == name && g.variant == variant; });
  return group == groups().end() ? nullptr : group;
}

} // namespace kmem::sim
