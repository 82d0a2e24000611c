// When reclaim has failed: who may have a process killed, and the end when there is none (mm/oom_kill.c).
#include "runtime/alloc/page_allocator_parts.h"
#include "runtime/alloc/print_line.h"

namespace kmem::sim {

/// __alloc_pages_may_oom(). `progress` is set when it is worth trying again.
std::optional<Pfn> PageAllocator::Parts::fromOomKill(const PageRequest &request, uint64_t &progress) {
  const GfpFlags &gfp = kernel.profile.gfp;
  progress = 0;
  if (const auto pfn = fromFreeLists(request, AllocMarkHigh))
    return pfn;
  if (request.order > costlyOrder || (request.gfp & (gfp.retryMayfail | gfp.thisnode)) ||
      request.highestZone < ZoneId::Normal)
    return std::nullopt;
  if (!outOfMemory(request))
    return std::nullopt;
  progress = 1;
  return request.gfp & gfp.nofail ? fromFreeLists(request, AllocNoWatermarks) : std::nullopt;
}

/// out_of_memory(): true when a process was killed, or when nobody may be killed for this request.
bool PageAllocator::Parts::outOfMemory(const PageRequest &request) {
  if (!(request.gfp & kernel.profile.gfp.fs))
    return true;
  if (oomKiller && oomKiller->hasVictim()) {
    reportOom(request);
    if (oomKiller->killOne()) {
      ++state.events.oomKills;
      return true;
    }
  } else {
    reportOom(request);
  }
  kernel.console.print("Out of memory and no killable processes...");
  kernel.reports.panic("System is deadlocked on memory");
}

/// dump_header().
void PageAllocator::Parts::reportOom(const PageRequest &request) {
  printLine(kernel, "%s invoked oom-killer: gfp_mask=%s, order=%u, oom_score_adj=0", kernel.context.task().comm,
            kernel.profile.gfp.describe(request.gfp).c_str(), request.order);
  showMemory(request.highestZone);
  kernel.console.print("Tasks state (memory values in pages):");
}

} // namespace kmem::sim
