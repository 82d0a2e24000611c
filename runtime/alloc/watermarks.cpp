#include "runtime/alloc/watermarks.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace {

constexpr uint64_t pageblockPages = uint64_t(1) << pageblockOrder;
constexpr uint64_t scaleFactor = 10;                           // vm.watermark_scale_factor, of 10000
constexpr uint64_t boostFactor = 15000;                        // vm.watermark_boost_factor, of 10000
constexpr uint64_t highFraction = 8;                           // MIN_PERCPU_PAGELIST_HIGH_FRACTION
constexpr uint64_t lowmemRatio[zoneCount] = {256, 256, 32, 0}; // vm.lowmem_reserve_ratio

uint64_t integerSquareRoot(uint64_t value) {
  uint64_t root = 0;
  for (uint64_t bit = uint64_t(1) << 31; bit; bit >>= 1)
    if ((root + bit) * (root + bit) <= value)
      root += bit;
  return root;
}

uint64_t fraction(uint64_t value, uint64_t numerator) {
  return value / 10000 * numerator + value % 10000 * numerator / 10000;
}

/// zone_highsize().
uint32_t pcpHighFor(uint64_t pages, uint32_t batch, unsigned cpus) {
  return uint32_t(std::max<uint64_t>(pages / cpus, batch * 4));
}

void setUpPcp(Zone &zone, unsigned cpus) {
  zone.pcpBatch = pcpBatchFor(zone.managed);
  zone.pcpHighMin = pcpHighFor(zone.lowMark, zone.pcpBatch, cpus);
  zone.pcpHighMax = pcpHighFor(zone.managed / highFraction, zone.pcpBatch, cpus);
}

/// Pages that the order or the flags keep from this request.
int64_t unusable(const Zone &zone, const Release &release, unsigned order, uint32_t flags) {
  int64_t pages = (int64_t(1) << order) - 1;
  if (!(flags & AllocReserves))
    pages += int64_t(release.atLeast(6, 12) ? zone.freeHighatomic : zone.reservedHighatomic);
  return pages;
}

/// Flags entitle to a part of what the mark keeps.
int64_t reducedMark(uint64_t mark, uint32_t flags) {
  int64_t min = int64_t(mark);
  if (flags & AllocMinReserve) {
    min -= min / 2;
    if (flags & AllocNonBlock)
      min -= min / 4;
  }
  if (flags & AllocOom)
    min -= min / 2;
  return min;
}

bool hasBlock(const Zone &zone, unsigned order, uint32_t flags) {
  for (; order < orderCount; ++order) {
    for (unsigned type = 0; type < pcpMigrateTypeCount; ++type)
      if (zone.blocks(order, MigrateType(type)))
        return true;
    if ((flags & (AllocHighAtomic | AllocOom)) && zone.blocks(order, MigrateType::HighAtomic))
      return true;
  }
  return false;
}

} // namespace

uint64_t minFreeKbytesFor(uint64_t bufferPages) {
  return std::clamp<uint64_t>(integerSquareRoot(bufferPages * (pageSize >> 10) * 16), 128, 262144);
}

uint64_t recommendedMinFreeKbytes(uint64_t managedPages, uint64_t bufferPages, unsigned zones) {
  constexpr uint64_t leastForHugePages = uint64_t(512) << (20 - pageShift); // hugepage_init()
  if (managedPages < leastForHugePages)
    return 0;
  const uint64_t pages = pageblockPages * zones * (2 + pcpMigrateTypeCount * pcpMigrateTypeCount);
  return std::min(pages, bufferPages / 20) * (pageSize >> 10);
}

void setUpWatermarks(Zone (&zones)[zoneSlots], uint64_t minFreeKbytes, unsigned cpus) {
  const uint64_t pagesMin = minFreeKbytes / (pageSize >> 10);
  uint64_t lowmem = 0;
  for (const Zone &zone : zones)
    lowmem += zone.managed;
  for (Zone &zone : zones) {
    if (!zone.present)
      continue;
    const uint64_t share = pagesMin * zone.managed / lowmem;
    const uint64_t distance = std::max(share / 4, fraction(zone.managed, scaleFactor));
    zone.boost = 0;
    zone.minMark = share;
    zone.lowMark = share + distance;
    zone.highMark = zone.lowMark + distance;
    setUpPcp(zone, cpus);
  }
}

void setUpLowmemReserve(Zone (&zones)[zoneSlots]) {
  for (unsigned slot = 0; slot < zoneSlots; ++slot) {
    uint64_t above = 0;
    for (unsigned j = slot % zoneCount + 1; j < zoneCount; ++j) {
      above += zones[slot - slot % zoneCount + j].managed;
      const uint64_t ratio = lowmemRatio[slot % zoneCount];
      zones[slot].lowmemReserve[j] = ratio && zones[slot].managed ? above / ratio : 0;
    }
  }
}

uint32_t pcpBatchFor(uint64_t managedPages) {
  constexpr uint64_t mostPages = (uint64_t(1) << 20) / pageSize;
  const uint64_t batch = std::max<uint64_t>(std::min(managedPages >> 10, mostPages) / 4, 1);
  return uint32_t(std::max<uint64_t>(std::bit_floor(batch + batch / 2) - 1, 1));
}

bool watermarkOk(const Zone &zone, const Release &release, unsigned order, uint64_t mark, ZoneId highestZone,
                 uint32_t flags, uint64_t freePages) {
  const int64_t usable = int64_t(freePages) - unusable(zone, release, order, flags);
  if (usable <= reducedMark(mark, flags) + int64_t(zone.lowmemReserve[unsigned(highestZone)]))
    return false;
  return !order || hasBlock(zone, order, flags);
}

bool watermarkOkFast(const Zone &zone, const Release &release, unsigned order, uint64_t mark, ZoneId highestZone,
                     uint32_t flags, bool ignoresBoost) {
  if (!order) {
    const int64_t usable = std::max<int64_t>(int64_t(zone.free) - unusable(zone, release, 0, flags), 0);
    if (uint64_t(usable) > mark + zone.lowmemReserve[unsigned(highestZone)])
      return true;
  }
  if (watermarkOk(zone, release, order, mark, highestZone, flags, zone.free))
    return true;
  return !order && ignoresBoost && zone.boost && (flags & (AllocMarkMask | AllocNoWatermarks)) == AllocMarkMin &&
         watermarkOk(zone, release, 0, zone.minMark, highestZone, flags, zone.free);
}

uint64_t markOf(const Zone &zone, uint32_t flags) {
  const uint64_t marks[] = {zone.minMark, zone.lowMark, zone.highMark, zone.highMark};
  return marks[flags & AllocMarkMask] + zone.boost;
}

bool boostWatermark(Zone &zone) {
  const uint64_t most = fraction(zone.highMark, boostFactor);
  if (pageblockPages * 4 > zone.managed || !most)
    return false;
  zone.boost = std::min(zone.boost + pageblockPages, std::max(pageblockPages, most));
  return true;
}

} // namespace kmem::sim
