// The tree that findings are replayed in: its units, its rules, its values, and the kernel that is simulated for it.
#pragma once

#include "rules/tree/tree_values.h"
#include "runtime/kernel/profile.h"
#include "runtime/models/gfp_bits.h"
#include "runtime/replay/options.h"

namespace kmem::replay {

struct ReplayTree {
  Tree tree;
  rules::RuleSet rules;
  TreeValues values;
  sim::Profile profile;
};

/// Errors are wrong usage: no such tree, broken rules, a tree whose values cannot be evaluated.
llvm::Expected<ReplayTree> openReplayTree(const Options &options);

} // namespace kmem::replay
