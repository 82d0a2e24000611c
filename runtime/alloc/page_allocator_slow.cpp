#include "runtime/alloc/page_allocator_parts.h"

namespace kmem::sim {

namespace {

constexpr CodeSite atomicSite61 = {"__alloc_pages_slowpath.constprop.0", "mm/page_alloc.c", 5118};
constexpr SiteByRelease nofailOrderSite = {{"__alloc_pages_slowpath.constprop.0", "mm/page_alloc.c", 5383},
                                           {"__alloc_pages_slowpath.constprop.0", "mm/page_alloc.c", 4309}};
constexpr SiteByRelease nofailSleepSite = {{"__alloc_pages_slowpath.constprop.0", "mm/page_alloc.c", 5367},
                                           {"__alloc_pages_slowpath.constprop.0", "mm/page_alloc.c", 4314}};
constexpr SiteByRelease nofailMemallocSite = {{"__alloc_pages_slowpath.constprop.0", "mm/page_alloc.c", 5375},
                                              {"__alloc_pages_slowpath.constprop.0", "mm/page_alloc.c", 4320}};

constexpr unsigned maxReclaimRetries = 16; // MAX_RECLAIM_RETRIES
/// Rounds without progress after which an allocation that may not fail counts as hung; the kernel goes on for ever.
constexpr unsigned maxFruitlessRounds = 1000;

} // namespace

/// gfp_to_alloc_flags().
uint32_t PageAllocator::Parts::allocFlags(const PageRequest &request) const {
  const GfpFlags &gfp = kernel.profile.gfp;
  uint32_t flags = AllocMarkMin;
  if (request.gfp & gfp.high)
    flags |= AllocMinReserve;
  if (request.gfp & gfp.kswapdReclaim)
    flags |= AllocKswapd;
  if (!(request.gfp & gfp.directReclaim) && !(request.gfp & gfp.nomemalloc)) {
    flags |= AllocNonBlock;
    if (request.order && (flags & AllocMinReserve))
      flags |= AllocHighAtomic;
  }
  return flags;
}

/// __gfp_pfmemalloc_flags(): who may take the last page.
uint32_t PageAllocator::Parts::reserveFlags(Gfp gfp) const {
  const bool memalloc = kernel.context.task().flags & PfMemalloc;
  if (gfp & kernel.profile.gfp.nomemalloc)
    return 0;
  if (gfp & kernel.profile.gfp.memalloc)
    return AllocNoWatermarks;
  if (memalloc && (kernel.context.inServingSoftirq() || !kernel.context.inInterrupt()))
    return AllocNoWatermarks;
  return 0;
}

void PageAllocator::Parts::fail(const PageRequest &request) {
  warnAllocation(request.gfp, "page allocation failure: order:" + std::to_string(request.order));
}

/// __alloc_pages_slowpath().
class SlowPath {
public:
  SlowPath(PageAllocator::Parts &parts, PageRequest &request)
      : parts(parts), kernel(parts.kernel), gfp(kernel.profile.gfp), request(request),
        mayReclaim(request.gfp & gfp.directReclaim), nofail(request.gfp & gfp.nofail),
        costly(request.order > costlyOrder) {}

  std::optional<Pfn> run() {
    warnAtStart();
    flags = parts.allocFlags(request);
    wakeKswapds();
    if (const auto pfn = parts.fromFreeLists(request, flags))
      return pfn;
    bool retries = true;
    if (const auto pfn = compactFirst(retries))
      return pfn;
    for (;;) {
      while (retries)
        if (const auto pfn = round(retries))
          return pfn;
      if (!nofail || !mayBeNofail())
        break;
      if (const auto pfn = parts.fromFreeLists(request, AllocMinReserve))
        return pfn;
      giveUpWhenHung();
      retries = true;
    }
    parts.fail(request);
    return std::nullopt;
  }

private:
  void warnOnce(const SiteByRelease &site, bool unlessNowarn) {
    if (!unlessNowarn || !(request.gfp & gfp.nowarn))
      kernel.reports.warnOnce(site.in(kernel.profile.release));
  }

  void warnAtStart() {
    const Gfp atomicAndSleeping = gfp.atomic | gfp.directReclaim;
    if (!parts.is612) {
      if ((request.gfp & atomicAndSleeping) == atomicAndSleeping) {
        kernel.reports.warnOnce(atomicSite61);
        request.gfp &= ~gfp.atomic;
      }
      return;
    }
    if (nofail && request.order > 1)
      warnOnce(nofailOrderSite, false);
    if (nofail && !mayReclaim)
      warnOnce(nofailSleepSite, false);
    if (nofail && (kernel.context.task().flags & PfMemalloc))
      warnOnce(nofailMemallocSite, false);
  }

  /// False when a request that must not fail is let fail all the same, as it may not sleep.
  bool mayBeNofail() {
    if (parts.is612)
      return mayReclaim;
    if (!mayReclaim) {
      warnOnce(nofailSleepSite, true);
      return false;
    }
    if (kernel.context.task().flags & PfMemalloc)
      warnOnce(nofailMemallocSite, true);
    if (costly)
      warnOnce(nofailOrderSite, true);
    return true;
  }

  void wakeKswapds() {
    if (flags & AllocKswapd)
      parts.wakeAllKswapds(request);
  }

  std::optional<Pfn> compactFirst(bool &retries) {
    const bool worthIt = costly || (request.order && request.type != MigrateType::Movable);
    if (!mayReclaim || !(request.gfp & gfp.io) || !worthIt || parts.reserveFlags(request.gfp))
      return std::nullopt;
    Compaction result = Compaction::Skipped;
    const auto pfn = parts.fromCompaction(request, flags, result);
    if (!pfn && costly && (request.gfp & gfp.noretry) &&
        (result == Compaction::Skipped || (request.gfp & gfp.thisnode)))
      retries = false;
    return pfn;
  }

  /// One turn of the retry loop; `retries` says whether there is to be another one.
  std::optional<Pfn> round(bool &retries) {
    retries = false;
    wakeKswapds();
    if (const uint32_t reserves = parts.reserveFlags(request.gfp))
      flags = reserves | (flags & AllocKswapd);
    if (const auto pfn = parts.fromFreeLists(request, flags))
      return pfn;
    if (!mayReclaim || (kernel.context.task().flags & PfMemalloc))
      return std::nullopt;
    uint64_t progress = 0;
    if (const auto pfn = parts.fromReclaim(request, flags, progress))
      return pfn;
    Compaction compaction = Compaction::Skipped;
    if (const auto pfn = parts.fromCompaction(request, flags, compaction))
      return pfn;
    if (request.gfp & gfp.noretry)
      return std::nullopt;
    const bool mayCompact = request.gfp & gfp.io;
    if (costly && (!mayCompact || !(request.gfp & gfp.retryMayfail)))
      return std::nullopt;
    retries = parts.reclaimMayHelp(request, flags, progress, fruitlessRounds) ||
              (progress && mayCompact && compactAgain(compaction));
    return retries ? std::nullopt : afterReclaimFailed(retries);
  }

  /// should_compact_retry(): a failed compaction is tried once more with more effort, unless costly.
  bool compactAgain(Compaction result) {
    return request.order && !costly && result == Compaction::Failed && !std::exchange(compactedAgain, true);
  }

  std::optional<Pfn> afterReclaimFailed(bool &retries) {
    uint64_t progress = 0;
    const auto pfn = parts.fromOomKill(request, progress);
    if (pfn)
      return pfn;
    retries = progress != 0;
    if (retries)
      giveUpWhenHung();
    fruitlessRounds = 0;
    return std::nullopt;
  }

  void giveUpWhenHung() {
    if (++hangRounds > maxFruitlessRounds)
      throw Death{DeathKind::Hang};
  }

  PageAllocator::Parts &parts;
  Kernel &kernel;
  const GfpFlags &gfp;
  PageRequest &request;
  const bool mayReclaim, nofail, costly;
  uint32_t flags = 0;
  unsigned fruitlessRounds = 0, hangRounds = 0;
  bool compactedAgain = false;
};

std::optional<Pfn> PageAllocator::Parts::slowPath(PageRequest request) { return SlowPath(*this, request).run(); }

/// should_reclaim_retry().
bool PageAllocator::Parts::reclaimMayHelp(const PageRequest &request, uint32_t flags, uint64_t progress,
                                          unsigned &fruitlessRounds) {
  fruitlessRounds = progress && request.order <= costlyOrder ? 0 : fruitlessRounds + 1;
  const uint64_t reclaimable = reclaimablePages();
  if (fruitlessRounds <= maxReclaimRetries)
    for (const uint8_t slot : request.zones) {
      const Zone &zone = state.zones[slot];
      if (request.allowsZone(slot) &&
          watermarkOk(zone, kernel.profile.release, request.order, markOf(zone, AllocMarkMin), request.highestZone,
                      flags, zone.free + reclaimable))
        return true;
    }
  return unreserveHighatomic(request, true);
}

bool PageAllocator::Parts::unreserveHighatomic(const PageRequest &request, bool force) {
  for (const uint8_t slot : request.zones)
    if (request.allowsZone(slot) && freeLists.unreserveHighatomic(state.zones[slot], request.type, force))
      return true;
  return false;
}

} // namespace kmem::sim
