// What breaks when an allocation on a confirmed path fails (--explore-faults), as findings of their own.
#pragma once

#include "runtime/judge/judge.h"
#include "runtime/replay/replay_tree.h"

namespace kmem::replay {

/// `finding` is the confirmed one; `sources` are those the scenario was made from.
std::vector<Finding> faultFindings(const Finding &finding, const Scenario &scenario, const Confirmation &confirmed,
                                   const ReplayTree &tree, Sources &sources);

} // namespace kmem::replay
