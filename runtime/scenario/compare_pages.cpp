// buddy, exhaust, oom: zones, watermarks, orders, references, what a call changes in the free lists. Not frame numbers
// and not which blocks the boot left in the free lists: a request is served from whatever block is there, so that a
// change is compared by its pages, not by how far a larger block was split.
#include "runtime/scenario/comparison.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace kmem::sim {

namespace {

constexpr FieldRuleRow rules[] = {
    {"", "splat", FieldRule::FirstLine},
    {"", "pfn", FieldRule::Ignored},
    {"", "free_pages", FieldRule::Ignored},
    {"", "nr_free", FieldRule::Ignored},
    {"", "by_type", FieldRule::Ignored},
    {"", "delta", FieldRule::Ignored}, // compared by pages
    {"zone_state_end", "nr_reserved_highatomic", FieldRule::Presence},
    {"seq_order0_pfn", "result", FieldRule::Ignored},
    {"exhaust", "allocated", FieldRule::Ignored},
    {"exhaust", "ms", FieldRule::Ignored},
    {"exhaust", "zones_at_failure", FieldRule::Ignored}, // compare_exhaustion.cpp
    {"fatal", "note", FieldRule::Ignored},
};

constexpr int64_t costliestListOrder = 3; // larger blocks do not go through the per-CPU lists

/// Splitting and merging by hand shows in each order, whatever else is free.
bool isComparedByOrder(llvm::StringRef op) { return op.starts_with("free_even_pages") || op.starts_with("free_odd_"); }

int64_t integer(const Record *record, llvm::StringRef field) {
  return record ? record->getInteger(field).value_or(-1) : -1;
}

/// The change of a zone's free pages, or order by order.
std::string changeOf(const Record &record, llvm::StringRef zone, bool byOrder) {
  const Record *delta = record.getObject("delta");
  const llvm::json::Value *list = delta ? delta->get(zone) : nullptr;
  if (byOrder || !delta)
    return render(list);
  int64_t pages = 0;
  if (list && list->getAsArray())
    for (auto [order, blocks] : llvm::enumerate(*list->getAsArray()))
      pages += blocks.getAsInteger().value_or(0) << order;
  return std::to_string(pages) + " pages";
}

void compareChange(const Pair &pair, Differences &differences) {
  const llvm::StringRef op = pair.expected.getString("op").value_or("");
  // Not from a drained state: what the per-CPU lists held before came from the boot.
  if (op == "alloc_pages" && integer(pair.expected.getObject("args"), "order") <= costliestListOrder)
    return;
  std::set<std::string> zones;
  for (const Record *record : {&pair.expected, &pair.actual})
    if (const Record *delta = record->getObject("delta"))
      for (const auto &zone : *delta)
        zones.insert(zone.first.str());
  for (const std::string &zone : zones) {
    const bool byOrder = isComparedByOrder(op);
    std::string kernel = changeOf(pair.expected, zone, byOrder), simulated = changeOf(pair.actual, zone, byOrder);
    if (kernel != simulated)
      differences.push_back({"delta." + zone, std::move(kernel), std::move(simulated)});
  }
}

} // namespace

Differences comparePages(const Pair &pair) {
  Differences differences = compareFields(pair, rules);
  compareChange(pair, differences);
  for (Difference &difference : compareZonesAtFailure(pair))
    differences.push_back(std::move(difference));
  return differences;
}

} // namespace kmem::sim
