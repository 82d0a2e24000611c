// Getting memory back: kswapd in the background, direct reclaim, compaction (mm/vmscan.c, mm/compaction.c as far as the
// page allocator sees them).
#include "runtime/alloc/page_allocator_parts.h"

namespace kmem::sim {

namespace {

constexpr uint64_t clusterPages = 32;         // SWAP_CLUSTER_MAX: what one direct reclaim aims at
constexpr unsigned maxKswapdFailures = 16;    // MAX_RECLAIM_RETRIES: then the node is hopeless
constexpr unsigned maxKswapdRounds = 1 << 16; // each frees at least a page

/// pgdat_balanced() for one zone.
bool zoneIsBalanced(const Zone &zone, const Release &release, unsigned order, ZoneId highestZone) {
  return watermarkOk(zone, release, order, zone.highMark + zone.boost, highestZone, 0, zone.free);
}

} // namespace

void PageAllocator::Parts::wakeKswapd(unsigned node, unsigned order, ZoneId highestZone) {
  auto &kswapd = state.kswapd[node];
  kswapd.highestZone = std::max(kswapd.highestZone, uint8_t(highestZone));
  kswapd.order = std::max(kswapd.order, uint8_t(order));
  if (kswapd.pending || kswapd.failures >= maxKswapdFailures)
    return;
  bool balanced = false, boosted = false;
  for (unsigned zone = 0; zone <= unsigned(highestZone); ++zone) {
    const Zone &each = state.zones[node * zoneCount + zone];
    balanced |= each.present && zoneIsBalanced(each, kernel.profile.release, order, highestZone);
    boosted |= each.boost != 0;
  }
  if (balanced && !boosted)
    return;
  ++state.events.kswapdWakes;
  kswapd.pending = 1;
}

uint64_t PageAllocator::Parts::reclaimablePages() const {
  uint64_t pages = 0;
  for (const Reclaimer *reclaimer : reclaimers)
    pages += reclaimer->reclaimable();
  return pages;
}

void PageAllocator::Parts::takeBoostsBack(unsigned node) {
  for (unsigned zone = 0; zone < zoneCount; ++zone)
    state.zones[node * zoneCount + zone].boost = 0;
}

void PageAllocator::Parts::wakeAllKswapds(const PageRequest &request) {
  std::optional<unsigned> last;
  for (const uint8_t slot : request.zones)
    if (request.allowsZone(slot) && last != slot / zoneCount) {
      last = slot / zoneCount;
      wakeKswapd(*last, request.order, request.highestZone);
    }
}

bool PageAllocator::Parts::isBalanced(unsigned node, ZoneId highestZone) const {
  for (unsigned zone = 0; zone <= unsigned(highestZone); ++zone)
    if (const Zone &each = state.zones[node * zoneCount + zone];
        each.present && zoneIsBalanced(each, kernel.profile.release, 0, highestZone))
      return true;
  return false;
}

/// balance_pgdat() of every node that was woken: reclaims up to the high marks, then takes boosts back. It stays awake
/// while that fails, until the node counts as hopeless.
bool PageAllocator::Parts::runKswapd() {
  bool ran = false;
  for (unsigned node = 0; node < kernel.profile.nodes; ++node) {
    auto &kswapd = state.kswapd[node];
    if (!kswapd.pending)
      continue;
    ran = true;
    ++state.events.kswapdRuns;
    const ZoneId highest = ZoneId(kswapd.highestZone);
    const uint64_t freed = reclaimUntilBalanced(node, highest);
    state.events.pagesReclaimed += freed;
    const bool balanced = isBalanced(node, highest);
    kswapd.failures = freed ? 0 : uint8_t(kswapd.failures + 1);
    takeBoostsBack(node);
    if (balanced || kswapd.failures >= maxKswapdFailures)
      kswapd = {0, 0, 0, kswapd.failures};
  }
  return ran;
}

uint64_t PageAllocator::Parts::reclaimUntilBalanced(unsigned node, ZoneId highestZone) {
  uint64_t freed = 0;
  for (unsigned rounds = 0; rounds < maxKswapdRounds && !isBalanced(node, highestZone); ++rounds) {
    uint64_t now = 0;
    for (Reclaimer *reclaimer : reclaimers)
      now += reclaimer->reclaim(kernel.profile.gfp.kernel(), clusterPages);
    if (!now)
      break;
    freed += now;
  }
  return freed;
}

/// __perform_reclaim(): as a task that must not reclaim again.
uint64_t PageAllocator::Parts::reclaimDirectly(const PageRequest &request) {
  const GfpFlags &gfp = kernel.profile.gfp;
  ++state.events.directReclaims;
  const LockId map = kernel.locks.of(KernelLock::FsReclaim);
  const bool annotated = (request.gfp & gfp.fs) && !(request.gfp & gfp.nolockdep);
  if (annotated)
    kernel.locks.acquire(map);
  kernel.context.taskForWrite().flags |= PfMemalloc;
  uint64_t freed = 0;
  for (Reclaimer *reclaimer : reclaimers)
    if (freed < clusterPages)
      freed += reclaimer->reclaim(request.gfp, std::max(clusterPages, uint64_t(1) << request.order) - freed);
  freed += shrinkIdleSlabs(request.gfp, clusterPages - std::min(freed, clusterPages));
  kernel.context.taskForWrite().flags &= ~uint32_t(PfMemalloc);
  if (annotated)
    kernel.locks.release(map);
  state.events.pagesReclaimed += freed;
  if (freed)
    for (auto &kswapd : state.kswapd)
      kswapd.failures = 0; // the node is not hopeless
  return freed;
}

/// __alloc_pages_direct_reclaim().
std::optional<Pfn> PageAllocator::Parts::fromReclaim(const PageRequest &request, uint32_t flags, uint64_t &progress) {
  progress = reclaimDirectly(request);
  if (!progress)
    return std::nullopt;
  if (const auto pfn = fromFreeLists(request, flags))
    return pfn;
  unreserveHighatomic(request, false);
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    perCpu.drain(cpu);
  return fromFreeLists(request, flags);
}

/// try_to_compact_pages(). Frames stay where they are here: what would have to be moved is known to its owners by
/// number. So compaction runs where the kernel's would, and finds nothing to move.
Compaction PageAllocator::Parts::compact(const PageRequest &request) {
  Compaction result = Compaction::Skipped;
  const uint64_t gap = uint64_t(2) << request.order; // compact_gap()
  for (const uint8_t slot : request.zones) {
    const Zone &zone = state.zones[slot];
    const uint64_t mark = markOf(zone, request.order > costlyOrder ? AllocMarkLow : AllocMarkMin) + gap;
    if (!request.allowsZone(slot) ||
        !watermarkOk(zone, kernel.profile.release, 0, mark, request.highestZone, 0, zone.free))
      continue;
    ++state.events.compactions;
    result = Compaction::Failed;
  }
  return result;
}

std::optional<Pfn> PageAllocator::Parts::fromCompaction(const PageRequest &request, uint32_t flags,
                                                        Compaction &result) {
  if (!request.order || !(request.gfp & kernel.profile.gfp.io))
    return std::nullopt;
  result = compact(request);
  return result == Compaction::Skipped ? std::nullopt : fromFreeLists(request, flags);
}

} // namespace kmem::sim
