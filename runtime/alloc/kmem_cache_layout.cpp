#include "runtime/alloc/kmem_cache_layout.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace {

constexpr uint32_t wordSize = 8;
constexpr uint32_t cacheLineSize = 64;
constexpr uint32_t slabMinAlign = 8; // ARCH_SLAB_MINALIGN
constexpr unsigned maxSlabOrder = 3; // slub_max_order
constexpr uint32_t kmallocMaxSize = uint32_t(1) << (maxPageOrder + pageShift);
constexpr uint32_t leastMinPartial = 5, mostMinPartial = 10; // MIN_PARTIAL, MAX_PARTIAL

constexpr uint32_t alignUp(uint32_t value, uint32_t align) { return (value + align - 1) / align * align; }
constexpr uint32_t objectsIn(unsigned order, uint32_t size) { return (uint32_t(pageSize) << order) / size; }
constexpr unsigned findLastSet(uint32_t value) { return unsigned(std::bit_width(value)); }

/// The first order that wastes at most a fraction of the slab; maximum + 1 when none does.
unsigned orderWithLittleWaste(uint32_t size, unsigned from, unsigned maximum, unsigned fraction) {
  unsigned order = from;
  for (; order <= maximum; ++order) {
    const uint32_t slabSize = uint32_t(pageSize) << order;
    if (slabSize % size <= slabSize / fraction)
      break;
  }
  return order;
}

/// optimal_redzone() (mm/kasan/common.c).
uint32_t optimalRedZone(uint32_t size) {
  static constexpr struct {
    uint32_t upTo, redZone;
  } steps[] = {{64 - 16, 16},          {128 - 32, 32},         {512 - 64, 64},          {4096 - 128, 128},
               {(1 << 14) - 256, 256}, {(1 << 15) - 512, 512}, {(1 << 16) - 1024, 1024}};
  for (const auto &step : steps)
    if (size <= step.upTo)
      return step.redZone;
  return 2048;
}

} // namespace

unsigned orderOf(uint64_t bytes) {
  const uint64_t pages = bytes ? (bytes - 1) >> pageShift : UINT64_MAX >> pageShift;
  return unsigned(std::bit_width(pages));
}

uint32_t KmemCacheLayout::alignment(SlabFlagWord cacheFlags, uint32_t align, uint32_t size) const {
  if (cacheFlags & flags.hwcacheAlign) {
    uint32_t line = cacheLineSize;
    while (size <= line / 2)
      line /= 2;
    align = std::max(align, line);
  }
  return alignUp(std::max(align, slabMinAlign), wordSize);
}

SlabFlagWord KmemCacheLayout::withDebug(SlabFlagWord cacheFlags) const {
  if (cacheFlags & flags.noUserFlags)
    return cacheFlags;
  SlabFlagWord debug = flags.of(profile.slubDebug);
  if (cacheFlags & flags.noLeakTrace)
    debug &= ~flags.storeUser;
  return cacheFlags | debug;
}

bool KmemCacheLayout::compute(KmemCache &cache, std::optional<uint32_t> freePointerOffset) const {
  uint32_t size = alignUp(cache.objectSize, wordSize);
  cache.flags &= ~flags.objectPoison;
  if (cache.has(flags.poison) && !cache.has(flags.typesafeByRcu) && !cache.ctor)
    cache.flags |= flags.objectPoison;
  if (cache.has(flags.redZone) && size == cache.objectSize)
    size += wordSize;
  cache.inUse = size;
  size = placeFreePointer(cache, size, freePointerOffset);
  if (cache.has(flags.storeUser))
    size += 2 * trackSize + (cache.has(flags.kmalloc) ? originalSizeBytes() : 0);
  size = addKasan(cache, size);
  cache.redLeftPad = 0;
  if (cache.has(flags.redZone)) {
    cache.redLeftPad = alignUp(wordSize, cache.align);
    size += wordSize + cache.redLeftPad;
  }
  cache.size = alignUp(size, cache.align);
  const std::optional<unsigned> order = slabOrder(cache.size);
  if (!order)
    return false;
  const unsigned least = orderOf(cache.size);
  cache.best = {uint16_t(*order), uint16_t(objectsIn(*order, cache.size))};
  cache.least = {uint16_t(least), uint16_t(objectsIn(least, cache.size))};
  const bool compound = profile.release.atLeast(6, 12) || *order > 0;
  cache.allocFlags = (compound ? profile.gfp.comp : 0) | (cache.has(flags.cacheDma) ? profile.gfp.dma : 0) |
                     (cache.has(flags.cacheDma32) ? profile.gfp.dma32 : 0) |
                     (cache.has(flags.reclaimAccount) ? profile.gfp.reclaimable : 0);
  const SlabFlagWord needsLock = flags.consistencyChecks | flags.storeUser | flags.trace; // SLAB_NO_CMPXCHG
  if (!cache.has(needsLock))
    cache.flags |= flags.cmpxchgDouble;
  keepPartial(cache);
  return true;
}

uint32_t KmemCacheLayout::placeFreePointer(KmemCache &cache, uint32_t size, std::optional<uint32_t> wanted) const {
  const bool rcu = cache.has(flags.typesafeByRcu);
  const bool redZoneInTheWay =
      cache.has(flags.redZone) &&
      (cache.objectSize < wordSize || (profile.release.atLeast(6, 12) && keepsOriginalSize(cache)));
  if ((rcu && !wanted) || cache.has(flags.poison) || cache.ctor || redZoneInTheWay) {
    cache.offset = size; // outside: the object must keep what it holds
    return size + wordSize;
  }
  // In the middle, away from small overflows of the neighbours.
  cache.offset = rcu ? *wanted : cache.objectSize / 2 / wordSize * wordSize;
  return size;
}

uint32_t KmemCacheLayout::addKasan(KmemCache &cache, uint32_t size) const {
  cache.kasanAllocMeta = cache.kasanFreeMeta = 0;
  if (!profile.kasan)
    return size;
  cache.flags |= flags.kasan | flags.noMerge;
  if (size + kasanAllocMetaSize <= kmallocMaxSize) {
    cache.kasanAllocMeta = size;
    size += kasanAllocMetaSize;
  }
  size = addKasanFreeMeta(cache, size);
  return std::max(size, std::min(cache.objectSize + optimalRedZone(cache.objectSize), kmallocMaxSize));
}

uint32_t KmemCacheLayout::addKasanFreeMeta(KmemCache &cache, uint32_t size) const {
  const bool inObject = !cache.has(flags.typesafeByRcu) && !cache.ctor;
  if (inObject && cache.objectSize >= kasanFreeMetaSize)
    return size; // at offset 0 of the object
  if (inObject && profile.release.atLeast(6, 12) && !profile.slubDebug.any()) {
    const uint32_t rest = kasanFreeMetaSize - cache.objectSize; // begins in the object, ends behind it
    if (cache.kasanAllocMeta)
      cache.kasanAllocMeta += rest;
    return size + rest;
  }
  if (size + kasanFreeMetaSize > kmallocMaxSize) {
    cache.kasanFreeMeta = noKasanFreeMeta;
    return size;
  }
  cache.kasanFreeMeta = size;
  return size + kasanFreeMetaSize;
}

std::optional<unsigned> KmemCacheLayout::slabOrder(uint32_t size) const {
  const unsigned wanted = 4 * (findLastSet(profile.cpus) + 1);
  if (profile.release.atLeast(6, 8))
    return slabOrder612(size, std::min(wanted, std::max(objectsIn(maxSlabOrder, size), 1u)));
  return slabOrder61(size, std::min(wanted, objectsIn(maxSlabOrder, size)));
}

std::optional<unsigned> KmemCacheLayout::slabOrder61(uint32_t size, unsigned minObjects) const {
  auto calculate = [&](unsigned objects, unsigned maximum, unsigned fraction) {
    if (objectsIn(0, size) > maxObjectsPerSlab)
      return orderOf(uint64_t(size) * maxObjectsPerSlab) - 1;
    return orderWithLittleWaste(size, orderOf(uint64_t(objects) * size), maximum, fraction);
  };
  for (; minObjects > 1; --minObjects)
    for (unsigned fraction = 16; fraction >= 4; fraction /= 2)
      if (const unsigned order = calculate(minObjects, maxSlabOrder, fraction); order <= maxSlabOrder)
        return order;
  if (const unsigned order = calculate(1, maxSlabOrder, 1); order <= maxSlabOrder)
    return order;
  const unsigned order = calculate(1, maxPageOrder + 1, 1);
  return order <= maxPageOrder ? std::optional(order) : std::nullopt;
}

std::optional<unsigned> KmemCacheLayout::slabOrder612(uint32_t size, unsigned minObjects) const {
  const unsigned least = orderOf(uint64_t(minObjects) * size);
  if (objectsIn(least, size) > maxObjectsPerSlab)
    return orderOf(uint64_t(size) * maxObjectsPerSlab) - 1;
  for (unsigned fraction = 16; fraction > 1; fraction /= 2)
    if (const unsigned order = orderWithLittleWaste(size, least, maxSlabOrder, fraction); order <= maxSlabOrder)
      return order;
  const unsigned order = orderOf(size);
  return order <= maxPageOrder ? std::optional(order) : std::nullopt;
}

void KmemCacheLayout::keepPartial(KmemCache &cache) const {
  const unsigned log = findLastSet(cache.size) - 1;
  cache.minPartial = std::clamp(log / 2, leastMinPartial, mostMinPartial);
  // set_cpu_partial(): debugging bypasses the per-CPU lists.
  cache.cpuPartial = cache.has(flags.debug()) ? 0
                     : cache.size >= pageSize ? 6
                     : cache.size >= 1024     ? 24
                     : cache.size >= 256      ? 52
                                              : 120;
  cache.cpuPartialSlabs = (cache.cpuPartial * 2 + cache.best.objects - 1) / cache.best.objects;
}

} // namespace kmem::sim
