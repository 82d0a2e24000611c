// Which zones an allocation may use, in which order (gfp_zone() in include/linux/gfp.h, build_zonelists() in
// mm/page_alloc.c).
#pragma once

#include "runtime/alloc/page_allocator_state.h"

#include <span>

namespace kmem::sim {

/// The highest zone that the flags allow, by the kernel's table: flags that contradict each other yield DMA.
ZoneId highestZoneFor(const GfpFlags &flags, Gfp gfp);
/// GFP_ZONE_BAD: whether the zone flags contradict each other.
bool zoneFlagsContradict(const GfpFlags &flags, Gfp gfp);
/// gfp_migratetype(). Flags that contradict each other yield HighAtomic.
MigrateType migrateTypeFor(const GfpFlags &flags, Gfp gfp);

/// The populated zones of all nodes, nearest node first, from the highest zone down.
class Zonelists {
public:
  Zonelists(const Zone (&zones)[zoneSlots], unsigned nodes);

  /// Slots to try for `node`, of that node alone with `onlyNode`; zones above the highest allowed one are to be
  /// skipped.
  std::span<const uint8_t> of(unsigned node, bool onlyNode) const {
    return {slots[node], onlyNode ? ownCount[node] : count};
  }

private:
  uint8_t slots[maxNodes][zoneSlots] = {};
  unsigned ownCount[maxNodes] = {};
  unsigned count = 0;
};

} // namespace kmem::sim
