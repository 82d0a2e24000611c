#include "runtime/scenario/zone_records.h"

#include "runtime/sim/system.h"

namespace kmem::sim {

namespace {

/// MIGRATE_ISOLATE has a list of its own, and it is empty.
unsigned migrateTypesOf(const Profile &profile) { return migrateTypeCount + (profile.distribution ? 1 : 0); }

void addLimits(Record &record, const System &system, const ZoneView &zone) {
  record["spanned"] = int64_t(zone.spanned);
  record["present"] = int64_t(zone.present);
  record["managed"] = int64_t(zone.managed);
  record["start_pfn"] = int64_t(zone.startPfn);
  record["min"] = int64_t(zone.minMark);
  record["low"] = int64_t(zone.lowMark);
  record["high"] = int64_t(zone.highMark);
  record["nr_reserved_highatomic"] = int64_t(zone.reservedHighatomic);
  record["watermark_boost"] = int64_t(zone.boost);
  llvm::json::Array reserve;
  for (const uint64_t pages : zone.lowmemReserve)
    reserve.push_back(int64_t(pages));
  if (system.profile().distribution)
    reserve.push_back(int64_t(zone.lowmemReserve.back())); // ZONE_DEVICE
  record["lowmem_reserve"] = std::move(reserve);
  record["min_free_kbytes"] = int64_t(system.pages.minFreeKbytes());
  record["pcp_high_min"] = int64_t(zone.pcpHighMin);
  record["pcp_batch"] = int64_t(zone.pcpBatch);
  if (system.profile().release.atLeast(6, 12))
    record["pcp_high_max"] = int64_t(zone.pcpHighMax);
}

Record blocksByType(const Profile &profile, const ZoneView &zone) {
  Record byType;
  for (unsigned type = 0; type < migrateTypesOf(profile); ++type)
    byType[std::to_string(type)] =
        blocksByOrder(type < migrateTypeCount ? zone.freeBlocksByType[type] : std::array<uint64_t, orderCount>{});
  return byType;
}

} // namespace

llvm::json::Array blocksByOrder(const std::array<uint64_t, orderCount> &blocks) {
  llvm::json::Array array;
  for (const uint64_t count : blocks)
    array.push_back(int64_t(count));
  return array;
}

void emitZones(Experiments &experiments, System &system, llvm::StringRef op, bool full) {
  for (const ZoneIndex index : system.pages.zones()) {
    if (index.node)
      continue;
    const ZoneView zone = system.pages.zone(index);
    Record record = experiments.row(op);
    record["zone"] = nameOf(index.zone);
    record["free_pages"] = int64_t(zone.free);
    if (full)
      addLimits(record, system, zone);
    record["nr_free"] = blocksByOrder(zone.freeBlocks);
    if (full)
      record["by_type"] = blocksByType(system.profile(), zone);
    experiments.finishWithoutSplat(std::move(record));
  }
}

void FreeBlocksChange::begin() {
  for (const ZoneIndex index : system.pages.zones())
    if (!index.node)
      before[unsigned(index.zone)] = system.pages.zone(index).freeBlocks;
}

Record FreeBlocksChange::sinceBegin() const {
  Record change;
  for (const auto &[zone, blocks] : before) {
    const auto now = system.pages.zone({0, ZoneId(zone)}).freeBlocks;
    if (now == blocks)
      continue;
    llvm::json::Array differences;
    for (unsigned order = 0; order < orderCount; ++order)
      differences.push_back(int64_t(now[order]) - int64_t(blocks[order]));
    change[nameOf(ZoneId(zone))] = std::move(differences);
  }
  return change;
}

ProbeThread::ProbeThread(System &system) : system(system), caller(system.kernel.context.taskId()) {
  Context &context = system.kernel.context;
  context.switchTo(context.createTask("probe", PfKthread));
}

ProbeThread::~ProbeThread() { system.kernel.context.switchTo(caller); }

} // namespace kmem::sim
