#include "runtime/sim/flag_numbers.h"

#include "runtime/sim/include/kmem/sim.h"

namespace kmem::sim {

namespace {

struct Row {
  uint32_t api;
  Gfp GfpFlags::*kernel;
};

constexpr Row table[] = {
    {KMEM_GFP_DMA, &GfpFlags::dma},
    {KMEM_GFP_HIGHMEM, &GfpFlags::highmem},
    {KMEM_GFP_DMA32, &GfpFlags::dma32},
    {KMEM_GFP_MOVABLE, &GfpFlags::movable},
    {KMEM_GFP_RECLAIMABLE, &GfpFlags::reclaimable},
    {KMEM_GFP_HIGH, &GfpFlags::high},
    {KMEM_GFP_IO, &GfpFlags::io},
    {KMEM_GFP_FS, &GfpFlags::fs},
    {KMEM_GFP_ZERO, &GfpFlags::zero},
    {KMEM_GFP_ATOMIC_BIT, &GfpFlags::atomic},
    {KMEM_GFP_DIRECT_RECLAIM, &GfpFlags::directReclaim},
    {KMEM_GFP_KSWAPD_RECLAIM, &GfpFlags::kswapdReclaim},
    {KMEM_GFP_WRITE, &GfpFlags::write},
    {KMEM_GFP_NOWARN, &GfpFlags::nowarn},
    {KMEM_GFP_RETRY_MAYFAIL, &GfpFlags::retryMayfail},
    {KMEM_GFP_NOFAIL, &GfpFlags::nofail},
    {KMEM_GFP_NORETRY, &GfpFlags::noretry},
    {KMEM_GFP_MEMALLOC, &GfpFlags::memalloc},
    {KMEM_GFP_COMP, &GfpFlags::comp},
    {KMEM_GFP_NOMEMALLOC, &GfpFlags::nomemalloc},
    {KMEM_GFP_HARDWALL, &GfpFlags::hardwall},
    {KMEM_GFP_THISNODE, &GfpFlags::thisnode},
    {KMEM_GFP_ACCOUNT, &GfpFlags::account},
    {KMEM_GFP_ZEROTAGS, &GfpFlags::zerotags},
    {KMEM_GFP_NOLOCKDEP, &GfpFlags::nolockdep},
};

} // namespace

GfpNumbers::GfpNumbers(const GfpFlags &kernel) : kernel(kernel) {
  for (unsigned byte = 0; byte < 4; ++byte)
    for (unsigned value = 0; value < 256; ++value)
      for (const Row &row : table)
        if (row.api & (value << (8 * byte)))
          bytes[byte][value] |= kernel.*row.kernel;
}

uint32_t GfpNumbers::fromKernel(Gfp flags) const {
  uint32_t api = 0;
  for (const Row &row : table)
    if (flags & kernel.*row.kernel)
      api |= row.api;
  return api;
}

std::optional<uint32_t> GfpNumbers::parse(std::string_view text) const {
  const std::optional<Gfp> flags = kernel.parse(text);
  if (!flags)
    return std::nullopt;
  return fromKernel(*flags);
}

namespace {

struct FlagRow {
  uint32_t api;
  SlabFlagWord SlabFlags::*kernel;
};
constexpr FlagRow flagTable[] = {
    {KMEM_SLAB_HWCACHE_ALIGN, &SlabFlags::hwcacheAlign},
    {KMEM_SLAB_PANIC, &SlabFlags::panic},
    {KMEM_SLAB_RECLAIM_ACCOUNT, &SlabFlags::reclaimAccount},
    {KMEM_SLAB_ACCOUNT, &SlabFlags::account},
    {KMEM_SLAB_CACHE_DMA, &SlabFlags::cacheDma},
    {KMEM_SLAB_CACHE_DMA32, &SlabFlags::cacheDma32},
    {KMEM_SLAB_TYPESAFE_BY_RCU, &SlabFlags::typesafeByRcu},
    {KMEM_SLAB_POISON, &SlabFlags::poison},
    {KMEM_SLAB_RED_ZONE, &SlabFlags::redZone},
    {KMEM_SLAB_STORE_USER, &SlabFlags::storeUser},
    {KMEM_SLAB_CONSISTENCY_CHECKS, &SlabFlags::consistencyChecks},
    {KMEM_SLAB_FAILSLAB, &SlabFlags::failslab},
    {KMEM_SLAB_NO_MERGE, &SlabFlags::noMerge},
};

} // namespace

SlabFlagWord slabFlagsOf(const SlabFlags &kernel, uint32_t api) {
  SlabFlagWord flags = 0;
  for (const FlagRow &row : flagTable)
    if (api & row.api)
      flags |= kernel.*row.kernel;
  return flags;
}

} // namespace kmem::sim
