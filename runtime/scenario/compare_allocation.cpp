#include "runtime/scenario/comparison.h"

namespace kmem::sim {

Differences compareAllocation(const Pair &pair) {
  static constexpr FieldRuleRow rules[] = {
      {"", "splat", FieldRule::Splat},
      {"", "splat_lines", FieldRule::Ignored},
  };
  return compareFields(pair, rules);
}

} // namespace kmem::sim
