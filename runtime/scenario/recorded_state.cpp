#include "runtime/scenario/recorded_state.h"

#include "runtime/alloc/page_allocator.h"

#include "llvm/ADT/STLExtras.h"

#include <optional>

namespace kmem::sim {

namespace {

std::array<uint64_t, orderCount> blocksIn(const llvm::json::Value *list) {
  std::array<uint64_t, orderCount> blocks{};
  if (list && list->getAsArray())
    for (auto [count, value] : llvm::zip(blocks, *list->getAsArray()))
      count = uint64_t(value.getAsInteger().value_or(0));
  return blocks;
}

FreeBlocksByType blocksByType(const Record &state) {
  FreeBlocksByType blocks{};
  if (const Record *byType = state.getObject("by_type"))
    for (unsigned type = 0; type < migrateTypeCount; ++type)
      blocks[type] = blocksIn(byType->get(std::to_string(type)));
  return blocks;
}

std::optional<ZoneIndex> zoneNamed(const PageAllocator &pages, llvm::StringRef name) {
  for (const ZoneIndex index : pages.zones())
    if (!index.node && name == nameOf(index.zone))
      return index;
  return std::nullopt;
}

/// What an experiment took and left of memory. The counter of free pages lags, so that the blocks are counted.
uint64_t pagesAtStart(const Record &experiment) {
  uint64_t pages = uint64_t(experiment.getInteger("allocated").value_or(0))
                   << experiment.getObject("args")->getInteger("order").value_or(0);
  for (const auto &[name, value] : *experiment.getObject("zones_at_failure"))
    if (const Record *zone = value.getAsObject()) {
      pages += uint64_t(zone->getInteger("pcp").value_or(0));
      for (auto [order, blocks] : llvm::enumerate(blocksIn(zone->get("nr_free"))))
        pages += blocks << order;
    }
  return pages;
}

const Record *sameExperiment(const TruthFile &recording, const Record &experiment) {
  for (const TruthRecord &truth : recording.records)
    if (truth.record.getString("op") == experiment.getString("op") && truth.record.getObject("args") &&
        *truth.record.getObject("args") == *experiment.getObject("args") && truth.record.getObject("zones_at_failure"))
      return &truth.record;
  return nullptr;
}

} // namespace

void arrangeZones(PageAllocator &pages, const TruthFile &recording) {
  for (const TruthRecord &truth : recording.records) {
    const auto zone = zoneNamed(pages, truth.record.getString("zone").value_or(""));
    if (!zone || truth.record.getString("op") != "zone_state" || !truth.record.getObject("by_type"))
      continue;
    const FreeBlocksByType blocks = blocksByType(truth.record);
    if (blocks != pages.zone(*zone).freeBlocksByType)
      pages.arrange(*zone, blocks);
  }
}

void leaveToOthers(PageAllocator &pages, const TruthFile &recording, const Record &experiment) {
  const Record *recorded = sameExperiment(recording, experiment);
  if (!recorded)
    return;
  // Others take their memory where everybody does first, in the highest zone.
  const ZoneIndex highest = pages.zones().back();
  const uint64_t below = pages.freePageCount() - pages.zone(highest).free;
  const uint64_t inAll = pagesAtStart(*recorded);
  pages.holdUntilFree(highest, inAll - std::min(inAll, below));
}

} // namespace kmem::sim
