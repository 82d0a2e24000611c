// exhaust: what is left of each zone when a request fails for the first time. Exact as far as the kernel is itself: it
// checks a counter that lags behind, and takes single pages a batch at a time.
#include "runtime/kernel/layout.h"
#include "runtime/scenario/comparison.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <set>

namespace kmem::sim {

namespace {

int64_t integer(const Record &record, llvm::StringRef field) { return record.getInteger(field).value_or(0); }

/// One zone on both sides.
struct ZonePair {
  const Pair &experiment;
  const Record &kernel, &simulated;
  const Record *limits; ///< its zone_state record

  unsigned order() const {
    const Record *args = experiment.expected.getObject("args");
    return unsigned(args ? integer(*args, "order") : 0);
  }
  int64_t limit(llvm::StringRef field) const { return limits ? integer(*limits, field) : 0; }
  /// What the zone keeps from requests that could be served higher up.
  int64_t lowmemReserve() const {
    const llvm::json::Array *reserve = limits ? limits->getArray("lowmem_reserve") : nullptr;
    return reserve && !reserve->empty() ? reserve->back().getAsInteger().value_or(0) : 0;
  }
};

const Record *zoneState(const TruthFile &file, llvm::StringRef zone) {
  for (const TruthRecord &truth : file.records)
    if (truth.record.getString("op") == "zone_state" && truth.record.getString("zone") == zone)
      return &truth.record;
  return nullptr;
}

/// Pages of all free blocks; NR_FREE_PAGES, the field "free", may be more.
int64_t freePages(const Record &zone) {
  int64_t pages = 0;
  if (const llvm::json::Array *blocks = zone.getArray("nr_free"))
    for (auto [order, count] : llvm::enumerate(*blocks))
      pages += count.getAsInteger().value_or(0) << order;
  return pages;
}

/// calculate_normal_threshold() in mm/vmstat.c for all CPUs: how far the counter may be off.
int64_t counterDrift(const ZonePair &zone) {
  constexpr int64_t most = 125;
  const unsigned cpus = zone.experiment.file.profile.cpus;
  const uint64_t chunks = uint64_t(zone.limit("managed")) >> (27 - pageShift);
  return std::min<int64_t>(2 * std::bit_width(cpus) * (1 + std::bit_width(chunks)), most) * cpus;
}

/// Pages that a refill of a per-CPU list takes at most: a batch, of single pages in 6.12 up to 32 (nr_pcp_alloc() in
/// mm/page_alloc.c).
int64_t refill(const ZonePair &zone) {
  constexpr unsigned mostBatches = 5; // CONFIG_PCP_BATCH_SCALE_MAX
  const int64_t base = zone.limit("pcp_batch");
  if (!zone.order())
    return zone.experiment.file.profile.release.atLeast(6, 12) ? base << mostBatches : base;
  return std::max<int64_t>(base >> zone.order(), 2) << zone.order();
}

/// Another thread freed pages on that CPU, which makes refills smaller and shows in what the lists hold at the end.
bool wasDisturbed(const ZonePair &zone) {
  return std::abs(integer(zone.kernel, "pcp") - integer(zone.simulated, "pcp")) > zone.limit("pcp_batch");
}

/// Kept from the request besides the marks. How much that is depends on what kswapd and reclaim had done before.
int64_t setAside(const Record &side) { return integer(side, "boost") + integer(side, "highatomic"); }

/// Whether a request failed for want of a block, not of pages. What is left then is what the boot left in small blocks.
bool wantsBlock(const ZonePair &zone, const Record &side) {
  const llvm::json::Array *blocks = side.getArray("nr_free");
  const bool hasNone = blocks && llvm::all_of(llvm::drop_begin(*blocks, std::min<size_t>(zone.order(), blocks->size())),
                                              [](const llvm::json::Value &count) { return count.getAsInteger() == 0; });
  const int64_t kept =
      integer(side, "min") + integer(side, "highatomic") + zone.lowmemReserve() + (int64_t(1) << zone.order());
  return hasNone || freePages(side) > kept;
}

bool leavesTheSame(const ZonePair &zone) {
  if (zone.order() && (wantsBlock(zone, zone.kernel) || wantsBlock(zone, zone.simulated)))
    return wantsBlock(zone, zone.kernel) == wantsBlock(zone, zone.simulated);
  const int64_t exact = zone.order() ? counterDrift(zone) : zone.limit("pcp_batch");
  const int64_t difference = freePages(zone.kernel) - freePages(zone.simulated);
  if (std::abs(difference) <= (!zone.order() && wasDisturbed(zone) ? refill(zone) : exact))
    return true;
  // Some requests may use a part of it.
  const auto [least, most] = std::minmax<int64_t>(0, setAside(zone.kernel) - setAside(zone.simulated));
  const int64_t tolerance = exact + refill(zone);
  return least != most && difference >= least - tolerance && difference <= most + tolerance;
}

Differences compareZone(const ZonePair &zone) {
  Differences differences;
  auto compare = [&](llvm::StringRef field, int64_t kernel, int64_t simulated) {
    if (kernel != simulated)
      differences.push_back({field.str(), std::to_string(kernel), std::to_string(simulated)});
  };
  // Boosts come of fallbacks to blocks that the boot had left.
  for (llvm::StringRef mark : {"min", "low", "high"})
    compare(mark, integer(zone.kernel, mark) - integer(zone.kernel, "boost"),
            integer(zone.simulated, mark) - integer(zone.simulated, "boost"));
  compare("highatomic", integer(zone.kernel, "highatomic") > 0, integer(zone.simulated, "highatomic") > 0);
  if (!leavesTheSame(zone))
    compare("nr_free", freePages(zone.kernel), freePages(zone.simulated));
  return differences;
}

} // namespace

Differences compareZonesAtFailure(const Pair &pair) {
  Differences differences;
  const Record *zones = pair.expected.getObject("zones_at_failure");
  const Record *simulated = pair.actual.getObject("zones_at_failure");
  std::set<std::string> names;
  if (zones)
    for (const auto &zone : *zones)
      names.insert(zone.first.str());
  for (const std::string &name : names) {
    const Record *actual = simulated ? simulated->getObject(name) : nullptr;
    if (!actual) {
      differences.push_back({"zones_at_failure." + name, "there", "(absent)"});
      continue;
    }
    for (Difference &difference : compareZone({pair, *zones->getObject(name), *actual, zoneState(pair.file, name)}))
      differences.push_back(
          {"zones_at_failure." + name + "." + difference.field, difference.expected, difference.actual});
  }
  return differences;
}

} // namespace kmem::sim
