#include "runtime/alloc/pcp.h"

#include "runtime/alloc/watermarks.h"

#include <algorithm>

namespace kmem::sim {

namespace {

constexpr int batchScaleMax = 5;                        // CONFIG_PCP_BATCH_SCALE_MAX
constexpr uint64_t lastLevelCache = uint64_t(16) << 20; // QEMU's L3, shared by all CPUs
constexpr unsigned lowOrderLists = pcpMigrateTypeCount * (costlyOrder + 1);

unsigned listFor(unsigned order, MigrateType type) {
  if (order > costlyOrder)
    return lowOrderLists + (type == MigrateType::Movable);
  return pcpMigrateTypeCount * order + unsigned(type);
}

unsigned orderOf(unsigned list) { return list >= lowOrderLists ? pageblockOrder : list / pcpMigrateTypeCount; }

} // namespace

Pfn PerCpuLists::pop(BlockList &list, bool fromTail) {
  const Pfn pfn = frameOf(fromTail ? list.last : list.first);
  const PageLinks links = kernel.memory.page(pfn).list;
  const uint32_t neighbour = fromTail ? links.previous : links.next;
  (fromTail ? list.last : list.first) = neighbour;
  if (!neighbour)
    list.first = list.last = 0;
  else if (fromTail)
    kernel.memory.pageForWrite(frameOf(neighbour)).list.next = 0;
  else
    kernel.memory.pageForWrite(frameOf(neighbour)).list.previous = 0;
  --list.count;
  return pfn;
}

void PerCpuLists::push(BlockList &list, Pfn pfn, bool toTail) {
  PageLinks &links = kernel.memory.pageForWrite(pfn).list;
  links.next = toTail ? 0 : list.first;
  links.previous = toTail ? list.last : 0;
  uint32_t &end = toTail ? list.last : list.first;
  if (end && toTail)
    kernel.memory.pageForWrite(frameOf(end)).list.next = linkTo(pfn);
  if (end && !toTail)
    kernel.memory.pageForWrite(frameOf(end)).list.previous = linkTo(pfn);
  end = linkTo(pfn);
  if (!list.count++)
    list.first = list.last = linkTo(pfn);
}

unsigned PerCpuLists::blocksToTake(const Zone &zone, PerCpuPages &pcp, unsigned order) const {
  const int base = int(zone.pcpBatch);
  int batch = base;
  if (is612) {
    const int highMin = int(zone.pcpHighMin), highMax = int(zone.pcpHighMax);
    int high = pcp.high = std::clamp(pcp.high, highMin, highMax);
    if (high < base)
      return 1;
    batch = order ? base : base << pcp.allocFactor;
    if (highMin != highMax && !(zone.flags & ZoneBelowHigh))
      high = pcp.high = std::min(high + batch, highMax);
    if (!order) {
      const int most = std::max(high - pcp.count - base, base);
      if (batch <= most && pcp.allocFactor < batchScaleMax)
        ++pcp.allocFactor;
      batch = std::min(batch, most);
    }
  }
  return unsigned(batch > 1 ? std::max(batch >> order, 2) : batch);
}

void PerCpuLists::refill(Zone &zone, PerCpuPages &pcp, unsigned list, unsigned order, MigrateType type,
                         uint32_t flags) {
  unsigned blocks = blocksToTake(zone, pcp, order);
  auto mode = FreeLists::Mode::Normal;
  const LockScope lock(kernel, KernelLock::Zone, LockVariant::IrqSave);
  for (; blocks; --blocks) {
    const auto pfn = freeLists.take(zone, order, type, flags, mode);
    if (!pfn)
      return;
    Page &page = kernel.memory.pageForWrite(*pfn);
    page.owner = PageOwner::PerCpu;
    page.order = uint8_t(order);
    push(pcp.lists[list], *pfn, true);
    pcp.count += 1 << order;
  }
}

std::optional<Pfn> PerCpuLists::takeNext(Zone &zone, unsigned order, MigrateType type, uint32_t flags) {
  PerCpuPages &pcp = forWrite(zone, kernel.context.cpu());
  const unsigned list = listFor(order, type);
  if (!pcp.lists[list].first)
    refill(zone, pcp, list, order, type, flags);
  if (!pcp.lists[list].first)
    return std::nullopt;
  pcp.count -= 1 << order;
  return pop(pcp.lists[list], false);
}

std::optional<Pfn> PerCpuLists::take(Zone &zone, unsigned order, MigrateType type, uint32_t flags) {
  forWrite(zone, kernel.context.cpu()).freeCount >>= 1;
  return takeNext(zone, order, type, flags);
}

/// Whether frees of higher orders in a row empty the lists, as they would only fragment memory there.
bool PerCpuLists::freesAll(const Zone &zone, PerCpuPages &pcp, unsigned order) const {
  const int batch = int(zone.pcpBatch);
  const bool isHighOrder = order && order <= costlyOrder;
  if (!is612)
    return pcp.freeCount && isHighOrder;
  const bool keepsBatch = lastLevelCache / kernel.profile.cpus / pageSize > 3 * uint64_t(batch); // PCPF_FREE_HIGH_BATCH
  const bool all =
      isHighOrder && pcp.freeCount >= batch && pcp.previousFreeWasHighOrder && (!keepsBatch || pcp.count >= batch);
  pcp.previousFreeWasHighOrder = isHighOrder;
  if (pcp.freeCount < batch << batchScaleMax)
    pcp.freeCount += 1 << order;
  return all;
}

int32_t PerCpuLists::limit(const Zone &zone, PerCpuPages &pcp, bool freeAll) const {
  const int batch = int(zone.pcpBatch), highMin = int(zone.pcpHighMin), highMax = int(zone.pcpHighMax);
  if (!is612) {
    if (freeAll)
      return 0;
    return zone.flags & ZoneReclaimActive ? std::min(batch << 2, highMin) : highMin;
  }
  int high = pcp.high = std::clamp(pcp.high, highMin, highMax);
  if (!high)
    return 0;
  if (freeAll) {
    pcp.high = std::max(high - (batch << batchScaleMax), highMin);
    return 0;
  }
  if (zone.flags & ZoneReclaimActive) {
    pcp.high = std::max(high - std::max(pcp.freeCount, batch), highMin);
    return std::min(batch << 2, pcp.high);
  }
  if (highMin == highMax)
    return high;
  if (zone.flags & ZoneBelowHigh) {
    pcp.high = std::max(high - std::max(pcp.freeCount, batch), highMin);
    return std::max(pcp.count, highMin);
  }
  if (pcp.count >= high && pcp.high < pcp.freeCount + batch)
    pcp.high = std::clamp(pcp.freeCount + batch, highMin, highMax);
  return high;
}

int32_t PerCpuLists::pagesToFree(const Zone &zone, PerCpuPages &pcp, int32_t limit, bool freeAll) const {
  const int batch = int(zone.pcpBatch);
  if (freeAll)
    return is612 ? std::min(pcp.count, batch << batchScaleMax) : pcp.count;
  if (limit < batch)
    return 1;
  const int most = limit - batch;
  int pages = pcp.freeCount;
  if (!is612) {
    pages = batch << pcp.freeCount;
    if (pages < most && pcp.freeCount < batchScaleMax)
      ++pcp.freeCount;
  }
  return std::min(std::max(pages, batch), std::max(most, batch));
}

void PerCpuLists::put(Zone &zone, Pfn pfn, unsigned order, MigrateType type) {
  PerCpuPages &pcp = forWrite(zone, kernel.context.cpu());
  const unsigned list = listFor(order, type);
  Page &page = kernel.memory.pageForWrite(pfn);
  page.owner = PageOwner::PerCpu;
  page.order = uint8_t(order);
  if (is612)
    pcp.allocFactor >>= 1;
  push(pcp.lists[list], pfn, false);
  pcp.count += 1 << order;
  const bool all = freesAll(zone, pcp, order);
  const int32_t high = limit(zone, pcp, all);
  if (pcp.count < high)
    return;
  giveBack(zone, pcp, pagesToFree(zone, pcp, high, all), list);
  if ((zone.flags & ZoneBelowHigh) &&
      watermarkOk(zone, kernel.profile.release, 0, markOf(zone, AllocMarkHigh), ZoneId::Movable, 0, zone.free))
    zone.flags &= ~ZoneBelowHigh;
}

void PerCpuLists::giveBack(Zone &zone, PerCpuPages &pcp, int32_t pages, unsigned firstList) {
  pages = std::min(pages, pcp.count);
  const LockScope lock(kernel, KernelLock::Zone, LockVariant::IrqSave);
  unsigned emptyLists = 0;
  for (unsigned list = firstList; pages > 0; list = (list + 1) % pcpListCount) {
    const unsigned order = orderOf(list);
    if (!pcp.lists[list].first && ++emptyLists > pcpListCount) // corrupt: the kernel looks for ever
      throw Death{DeathKind::Hang};
    while (pages > 0 && pcp.lists[list].first) {
      emptyLists = 0;
      const Pfn pfn = pop(pcp.lists[list], true);
      pages -= 1 << order;
      pcp.count -= 1 << order;
      // 6.1 remembers the type it had when it was freed.
      const MigrateType type = is612 ? freeLists.blockType(pfn) : kernel.memory.page(pfn).migrateType;
      freeLists.give(zone, pfn, order, type);
    }
  }
}

void PerCpuLists::drain(unsigned cpu) {
  for (Zone &zone : state.zones) {
    if (!zone.present || !of(zone, cpu).count)
      continue;
    PerCpuPages &pcp = forWrite(zone, cpu);
    while (pcp.count)
      giveBack(zone, pcp, std::min(pcp.count, int32_t(zone.pcpBatch) << batchScaleMax), 0);
  }
}

void PerCpuLists::decay(unsigned cpu) {
  if (!is612)
    return;
  for (Zone &zone : state.zones) {
    const int highMin = int(zone.pcpHighMin), batch = int(zone.pcpBatch);
    if (!zone.present)
      continue;
    PerCpuPages &pcp = forWrite(zone, cpu);
    if (pcp.high > highMin)
      pcp.high = std::max({pcp.count - (batch << batchScaleMax), pcp.high - (pcp.high >> 3), highMin});
    for (int32_t pages = pcp.count - pcp.high; pages > 0; pages -= batch)
      giveBack(zone, pcp, std::min(pages, batch), 0);
  }
}

} // namespace kmem::sim
