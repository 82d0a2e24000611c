#include "runtime/alloc/page_allocator_parts.h"

namespace kmem::sim {

namespace {

constexpr SiteByRelease orderSite = {{"__alloc_pages", "mm/page_alloc.c", 5634},
                                     {"__alloc_pages_noprof", "mm/page_alloc.c", 4832}};
constexpr SiteByRelease zoneSite = {{"__alloc_pages", "include/linux/gfp.h", 136},
                                    {"__alloc_pages_noprof", "include/linux/gfp.h", 143}};
constexpr SiteByRelease mobilitySite = {{"__alloc_pages", "include/linux/gfp.h", 18},
                                        {"__alloc_pages_noprof", "include/linux/gfp.h", 25}};
constexpr CodeSite nofailOrderSite61 = {"get_page_from_freelist", "mm/page_alloc.c", 3891};

} // namespace

std::optional<PageRequest> PageAllocator::Parts::prepare(Gfp gfp, unsigned order, unsigned node) {
  const GfpFlags &flags = kernel.profile.gfp;
  if (kernel.profile.debugVm && zoneFlagsContradict(flags, gfp)) [[unlikely]]
    kernel.reports.bug(zoneSite.in(kernel.profile.release));
  const ZoneId highest = highestZoneFor(flags, gfp);
  const MigrateType type = migrateTypeFor(flags, gfp);
  if (kernel.profile.debugVm && type == MigrateType::HighAtomic) [[unlikely]]
    kernel.reports.warn(mobilitySite.in(kernel.profile.release));
  kernel.context.mightAlloc(gfp);
  if (oracle.decide({.point = DecisionPoint::PageAlloc, .gfp = gfp, .order = order}))
    return std::nullopt;
  return PageRequest{gfp, order, type, highest, zonelists->of(node, gfp & flags.thisnode)};
}

/// alloc_flags_nofragment(): types are not mixed on the first pass when there is a zone below to try.
uint32_t PageAllocator::Parts::noFragmentFlag(const PageRequest &request) const {
  for (const uint8_t slot : request.zones)
    if (request.allowsZone(slot)) {
      const bool isNormal = ZoneId(slot % zoneCount) == ZoneId::Normal;
      const bool hasBelow = kernel.profile.nodes == 1 || state.zones[slot - 1].present;
      return isNormal && hasBelow ? AllocNoFragment : 0;
    }
  return 0;
}

std::optional<Pfn> PageAllocator::Parts::allocate(Gfp gfp, unsigned order, std::optional<unsigned> wantedNode) {
  const GfpFlags &flags = kernel.profile.gfp;
  if (order > maxPageOrder) [[unlikely]] {
    if (!(gfp & flags.nowarn))
      kernel.reports.warnOnce(orderSite.in(kernel.profile.release));
    return std::nullopt;
  }
  gfp = kernel.context.scoped(gfp & flags.bitsMask());
  const auto request = prepare(gfp, order, node(wantedNode));
  if (!request)
    return std::nullopt;
  const uint32_t allocFlags = AllocMarkLow | (gfp & flags.kswapdReclaim ? AllocKswapd : 0) | noFragmentFlag(*request);
  if (const auto pfn = fromFreeLists(*request, allocFlags)) [[likely]]
    return pfn;
  return slowPath(*request);
}

/// get_page_from_freelist().
std::optional<Pfn> PageAllocator::Parts::fromFreeLists(const PageRequest &request, uint32_t flags) {
  const auto pfn = fromFreeListsOnce(request, flags);
  if (pfn || !(flags & AllocNoFragment))
    return pfn;
  return fromFreeListsOnce(request, flags & ~AllocNoFragment);
}

bool PageAllocator::Parts::passesWatermark(Zone &zone, const PageRequest &request, uint32_t flags) {
  const Release &release = kernel.profile.release;
  // 6.1 asks for __GFP_ATOMIC, 6.12 for __GFP_HIGH.
  const bool ignoresBoost = is612 ? flags & AllocMinReserve : (request.gfp & kernel.profile.gfp.atomic) != 0;
  auto leaves = [&](uint64_t mark) {
    return watermarkOkFast(zone, release, request.order, mark, request.highestZone, flags, ignoresBoost);
  };
  if (is612 && !(zone.flags & ZoneBelowHigh)) {
    if (leaves(markOf(zone, AllocMarkHigh))) [[likely]]
      return true;
    zone.flags |= ZoneBelowHigh;
  }
  return leaves(markOf(zone, flags)) || (flags & AllocNoWatermarks);
}

std::optional<Pfn> PageAllocator::Parts::fromFreeListsOnce(const PageRequest &request, uint32_t flags) {
  std::optional<uint8_t> preferred;
  for (const uint8_t slot : request.zones) {
    if (!request.allowsZone(slot))
      continue;
    Zone &zone = state.zones[slot];
    if (!preferred)
      preferred = slot;
    // Memory nearby is worth more than unmixed blocks.
    if ((flags & AllocNoFragment) && slot / zoneCount != *preferred / zoneCount)
      return std::nullopt;
    if (!passesWatermark(zone, request, flags))
      continue;
    const auto pfn = takeFrom(zone, request, flags);
    if (!pfn)
      continue;
    pages.handOut(*pfn, request.order, request.gfp, flags & AllocNoWatermarks);
    if (flags & AllocHighAtomic)
      freeLists.reserveHighatomic(zone, *pfn, request.order);
    return pfn;
  }
  return std::nullopt;
}

std::optional<Pfn> PageAllocator::Parts::takeFrom(Zone &zone, const PageRequest &request, uint32_t flags) {
  if (!is612 && (request.gfp & kernel.profile.gfp.nofail) && request.order > 1)
    kernel.reports.warnOnce(nofailOrderSite61);
  std::optional<Pfn> pfn;
  if (PerCpuLists::takesOrder(request.order))
    pfn = fromPerCpuLists(zone, request, flags);
  if (!pfn)
    pfn = fromBuddy(zone, request, flags);
  if ((zone.flags & ZoneBoostedWatermark) && (!is612 || (flags & AllocKswapd))) {
    zone.flags &= ~ZoneBoostedWatermark;
    wakeKswapd(zone.index.node, 0, zone.index.zone);
  }
  return pfn;
}

/// The trylock never fails here, as nothing interrupts the allocator: only lockdep takes notice of it.
bool PageAllocator::Parts::lockPerCpu() {
  return !kernel.profile.proveLocking || kernel.locks.tryAcquire(kernel.locks.of(KernelLock::PcpList));
}

void PageAllocator::Parts::unlockPerCpu() {
  if (kernel.profile.proveLocking)
    kernel.locks.release(kernel.locks.of(KernelLock::PcpList));
}

std::optional<Pfn> PageAllocator::Parts::fromPerCpuLists(Zone &zone, const PageRequest &request, uint32_t flags) {
  if (!lockPerCpu())
    return std::nullopt;
  const MigrateType type = request.type == MigrateType::HighAtomic ? MigrateType::Movable : request.type;
  auto pfn = perCpu.take(zone, request.order, type, flags);
  // check_new_pcp(): 6.1 looks at pages when it refills the lists, unless it has DEBUG_VM.
  const bool looks = kernel.profile.debugVm || kernel.profile.release.atLeast(6, 12);
  while (pfn && looks && !pages.isGoodToHandOut(*pfn, request.order))
    pfn = perCpu.takeNext(zone, request.order, type, flags);
  unlockPerCpu();
  return pfn;
}

std::optional<Pfn> PageAllocator::Parts::fromBuddy(Zone &zone, const PageRequest &request, uint32_t flags) {
  const unsigned order = request.order;
  std::optional<Pfn> pfn;
  uint64_t attempts = 0;
  do {
    if (attempts++ > zone.spanned) // a corrupt list goes in circles: the kernel never returns
      throw Death{DeathKind::Hang};
    const LockScope lock(kernel, KernelLock::Zone, LockVariant::IrqSave);
    pfn = std::nullopt;
    if (flags & AllocHighAtomic)
      pfn = freeLists.takeSmallest(zone, order, MigrateType::HighAtomic);
    auto mode = FreeLists::Mode::Normal;
    const MigrateType type = request.type == MigrateType::HighAtomic ? MigrateType::Movable : request.type;
    if (!pfn)
      pfn = freeLists.take(zone, order, type, flags, mode);
    if (!pfn && (flags & (AllocOom | AllocNonBlock)))
      pfn = freeLists.takeSmallest(zone, order, MigrateType::HighAtomic);
    if (!pfn)
      return std::nullopt;
  } while (!pages.isGoodToHandOut(*pfn, order));
  return pfn;
}

void PageAllocator::Parts::freeUnreferenced(Pfn pfn, unsigned order, bool toTail) {
  if (!pages.takeBack(pfn, order))
    return;
  Zone &zone = zoneFor(pfn);
  if (toTail || !PerCpuLists::takesOrder(order) || !lockPerCpu()) {
    const LockScope scope(kernel, KernelLock::Zone, LockVariant::IrqSave);
    freeLists.giveByBlockType(zone, pfn, order, toTail);
    return;
  }
  const MigrateType type = freeLists.blockType(pfn);
  kernel.memory.pageForWrite(pfn).migrateType = type;
  perCpu.put(zone, pfn, order, type == MigrateType::HighAtomic ? MigrateType::Movable : type);
  unlockPerCpu();
}

} // namespace kmem::sim
