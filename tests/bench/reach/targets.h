// What the reach rates are measured on: every allocation call in a unit's own functions, run from its function and from
// up to four callers above it within the unit, one chain of callers for each call.
#pragma once

#include "rules/lib/rules.h"
#include "runtime/plan/sources.h"
#include "runtime/search/route.h"

#include <string>
#include <vector>

namespace kmem::bench {

inline constexpr unsigned levels = 5; ///< 0 to 4 callers up

struct ReachTarget {
  std::string place;                  ///< of the call: "drivers/net/foo.c:12:3"
  std::vector<replay::RouteHop> hops; ///< the outermost caller first, the call's function last
};

/// In the order of the module, the same for equal units.
std::vector<ReachTarget> targetsIn(replay::LoadedUnit &unit, const rules::RuleSet &rules);

/// The last `level` + 1 hops; empty when there are not so many.
std::vector<replay::RouteHop> hopsFrom(const ReachTarget &target, unsigned level);

} // namespace kmem::bench
