// Where mm/vmalloc.c says what it says, by release.
#pragma once

#include "runtime/kernel/code_site.h"

namespace kmem::sim::vmalloc_sites {

inline constexpr const char *file = "mm/vmalloc.c";
constexpr SiteByRelease at(const char *function61, unsigned line61, const char *function612, unsigned line612) {
  return {{function61, file, line61}, {function612, file, line612}};
}
constexpr SiteByRelease at(const char *function, unsigned line61, unsigned line612) {
  return at(function, line61, function, line612);
}

inline constexpr SiteByRelease allocVmapArea = at("alloc_vmap_area", 1673, 2030);
inline constexpr SiteByRelease removeVmArea = at("remove_vm_area", 2663, 3289);
inline constexpr SiteByRelease vfree = at("vfree", 2858, 3419);
inline constexpr SiteByRelease vunmap = at("vunmap", 2879, 3467);
inline constexpr SiteByRelease vmap = at("vmap", 2907, 3503);
inline constexpr SiteByRelease vmUnmapRam = at("vm_unmap_ram", 2280, 3001);
inline constexpr SiteByRelease unmapAliases = at("_vm_unmap_aliases", 2214, 0);
inline constexpr SiteByRelease vmapRange = at("vmap_range_noflush", 353, 344);

inline constexpr SiteByRelease areaInInterrupt = at("__get_vm_area_node", 2554, 3177);
inline constexpr SiteByRelease vfreeInNmi = at("vfree", 2854, 3417);
inline constexpr SiteByRelease vfreeAtomicInNmi = at("vfree_atomic", 2818, 3377);
inline constexpr SiteByRelease vunmapInInterrupt = at("vunmap", 2878, 3466);
inline constexpr SiteByRelease vmUnmapRamNull = at("vm_unmap_ram", 2281, 3002);
inline constexpr SiteByRelease vmUnmapRamBelow = at("vm_unmap_ram", 2282, 3003);
inline constexpr SiteByRelease vmUnmapRamAbove = at("vm_unmap_ram", 2283, 3004);
inline constexpr SiteByRelease vmUnmapRamUnaligned = at("vm_unmap_ram", 2284, 3005);
inline constexpr SiteByRelease vmUnmapRamUnknown = at("vm_unmap_ram", 2295, 3016);
inline constexpr SiteByRelease blockEmpty = at("vb_alloc", 2129, 2827);
inline constexpr SiteByRelease blockLeftovers = at("vb_free", 2200, 2909);
inline constexpr SiteByRelease alignZero = at("alloc_vmap_area", 1668, 0);
inline constexpr SiteByRelease pageMissing = at("__vunmap", 2776, "vfree", 3436);
inline constexpr SiteByRelease freeVmArea = at("free_vm_area", 3765, 4613);

inline constexpr SiteByRelease sizeZero = at("__vmalloc_node_range", 3227, "__vmalloc_node_range_noprof", 3838);
inline constexpr SiteByRelease noGuard = at("vmap", 2913, 3512);
inline constexpr SiteByRelease flushReset = at("vmap", 0, 3505);
inline constexpr SiteByRelease badAddress = at("__vunmap", 2752, "remove_vm_area", 3291);
inline constexpr SiteByRelease vfreeUnknown = at("__vunmap", 2758, "vfree", 3426);
inline constexpr SiteByRelease vunmapUnknown = at("__vunmap", 2758, "vunmap", 3473);
inline constexpr SiteByRelease vreallocUnknown = at("", 0, "vrealloc_noprof", 4148);
inline constexpr SiteByRelease pteInUse = at("vmap_pages_pte_range", 541, 552);
inline constexpr SiteByRelease mapNoPage = at("vmap_pages_pte_range", 545, 556);
inline constexpr SiteByRelease mapBadPfn = at("vmap_pages_pte_range", 549, 560);
inline constexpr SiteByRelease toPageOutside = at("vmalloc_to_page", 745, 809);

} // namespace kmem::sim::vmalloc_sites
