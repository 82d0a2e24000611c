// buddy, exhaust, oom: zones, watermarks, orders, references, what a call changes in the free lists, what is left when
// memory ends. Not frame numbers and not which blocks the boot left in the free lists: a request is served from
// whatever block is there, so that a change is compared by its pages, not by how far a larger block was split.
#include "runtime/scenario/comparison.h"

#include "llvm/ADT/STLExtras.h"

#include <cstdlib>
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
    {"seq_order0_pfn", "result", FieldRule::Ignored},
    {"exhaust", "allocated", FieldRule::Ignored},
    {"exhaust", "ms", FieldRule::Ignored},
    {"exhaust", "zones_at_failure", FieldRule::Ignored}, // compared zone by zone
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

/// What zone_state says of a zone in this file.
int64_t zoneLimit(const TruthFile &file, llvm::StringRef zone, llvm::StringRef field) {
  for (const TruthRecord &truth : file.records)
    if (truth.record.getString("op") == "zone_state" && truth.record.getString("zone") == zone)
      return integer(&truth.record, field);
  return 0;
}

/// Marks without their boost, which comes of fallbacks to blocks that the boot had left. Pages left are exact, but
/// single pages come to the per-CPU lists a batch at a time.
void compareZoneAtFailure(const Pair &pair, llvm::StringRef zone, Differences &differences) {
  const Record *zones = pair.actual.getObject("zones_at_failure");
  const Record *kernel = pair.expected.getObject("zones_at_failure")->getObject(zone);
  const Record *simulated = zones ? zones->getObject(zone) : nullptr;
  auto differ = [&](llvm::StringRef field, int64_t expected, int64_t actual) {
    differences.push_back({("zones_at_failure." + zone + "." + field).str(), std::to_string(expected),
                           simulated ? std::to_string(actual) : "(absent)"});
  };
  const int64_t boosts[] = {integer(kernel, "boost"), integer(simulated, "boost")};
  for (llvm::StringRef mark : {"min", "low", "high"})
    if (integer(kernel, mark) - boosts[0] != integer(simulated, mark) - boosts[1])
      differ(mark, integer(kernel, mark) - boosts[0], integer(simulated, mark) - boosts[1]);
  if ((integer(kernel, "highatomic") > 0) != (integer(simulated, "highatomic") > 0))
    differ("highatomic", integer(kernel, "highatomic"), integer(simulated, "highatomic"));
  const bool singlePages = integer(pair.expected.getObject("args"), "order") == 0;
  const int64_t tolerance = singlePages ? zoneLimit(pair.file, zone, "pcp_batch") : 0;
  if (!simulated || std::abs(integer(kernel, "free") - integer(simulated, "free")) > tolerance)
    differ("free", integer(kernel, "free"), integer(simulated, "free"));
}

void compareExhaustion(const Pair &pair, Differences &differences) {
  const Record *zones = pair.expected.getObject("zones_at_failure");
  if (!zones)
    return;
  std::set<std::string> names;
  for (const auto &zone : *zones)
    names.insert(zone.first.str());
  for (const std::string &zone : names)
    compareZoneAtFailure(pair, zone, differences);
}

} // namespace

Differences comparePages(const Pair &pair) {
  Differences differences = compareFields(pair, rules);
  compareChange(pair, differences);
  compareExhaustion(pair, differences);
  return differences;
}

} // namespace kmem::sim
