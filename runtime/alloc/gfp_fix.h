// Flags that kmalloc() and slabs do not serve, and what the kernel does about them (mm/internal.h and
// kmalloc_fix_flags() in mm/slab_common.c).
#pragma once

#include "runtime/kernel/kernel.h"

namespace kmem::sim {

/// GFP_SLAB_BUG_MASK.
inline Gfp slabBugMask(const GfpFlags &f) { return f.dma32 | f.highmem | ~f.bitsMask(); }

/// GFP_RECLAIM_MASK.
inline Gfp reclaimMask(const GfpFlags &f) {
  return f.reclaim() | f.high | f.io | f.fs | f.nowarn | f.retryMayfail | f.nofail | f.noretry | f.memalloc |
         f.nomemalloc | f.nolockdep | f.atomic;
}

/// "Unexpected gfp: ... Fix your code!"; the flags that are left.
inline Gfp fixSlabGfp(Kernel &kernel, Gfp gfp) {
  const GfpFlags &f = kernel.profile.gfp;
  const Gfp invalid = gfp & slabBugMask(f);
  gfp &= ~slabBugMask(f);
  auto described = [&](Gfp flags) { // here with a blank between number and names
    std::string text = f.describe(flags);
    return text.insert(text.find('('), " ");
  };
  kernel.console.print("Unexpected gfp: " + described(invalid) + ". Fixing up to gfp: " + described(gfp) +
                       ". Fix your code!");
  return gfp;
}

} // namespace kmem::sim
