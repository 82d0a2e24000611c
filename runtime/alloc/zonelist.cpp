#include "runtime/alloc/zonelist.h"

namespace kmem::sim {

bool zoneFlagsContradict(const GfpFlags &flags, Gfp gfp) {
  return ((gfp & flags.dma) != 0) + ((gfp & flags.dma32) != 0) + ((gfp & flags.highmem) != 0) > 1;
}

ZoneId highestZoneFor(const GfpFlags &flags, Gfp gfp) {
  if (zoneFlagsContradict(flags, gfp) || (gfp & flags.dma))
    return ZoneId::Dma;
  if (gfp & flags.dma32)
    return ZoneId::Dma32;
  const Gfp movable = flags.highmem | flags.movable;
  return (gfp & movable) == movable ? ZoneId::Movable : ZoneId::Normal;
}

MigrateType migrateTypeFor(const GfpFlags &flags, Gfp gfp) {
  return MigrateType((gfp & flags.movable ? 1 : 0) | (gfp & flags.reclaimable ? 2 : 0));
}

Zonelists::Zonelists(const Zone (&zones)[zoneSlots], unsigned nodes) {
  for (unsigned node = 0; node < nodes; ++node) {
    count = 0;
    for (unsigned distance = 0; distance < nodes; ++distance) {
      for (unsigned zone = zoneCount; zone-- > 0;)
        if (const unsigned slot = (node + distance) % nodes * zoneCount + zone; zones[slot].present)
          slots[node][count++] = uint8_t(slot);
      if (!distance)
        ownCount[node] = count;
    }
  }
}

} // namespace kmem::sim
