// vmalloc: kinds of result, strides, guards, alignment, predicates, limits, fallbacks, and whether the kernel warned.
// Not addresses and frame numbers, nor how much was free when the experiment took all memory.
#include "runtime/scenario/comparison.h"

namespace kmem::sim {

Differences compareVmalloc(const Pair &pair) {
  static constexpr FieldRuleRow rules[] = {
      {"", "splat", FieldRule::Printed},
      {"", "first", FieldRule::Ignored},
      {"", "addr", FieldRule::Ignored},
      {"vmalloc_32", "pfn", FieldRule::Ignored},
      {"pfns_of_64_pages", "result", FieldRule::Ignored},
      {"fragmented", "free_pages", FieldRule::Ignored},
      {"fragmented", "nr_free", FieldRule::Ignored},
      {"odd_pages_only", "free_pages", FieldRule::Ignored},
      {"odd_pages_only", "nr_free", FieldRule::Ignored},
  };
  return compareFields(pair, rules);
}

} // namespace kmem::sim
