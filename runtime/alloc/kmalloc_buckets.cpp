// kmem_buckets_create() of mm/slab_common.c.
#include "runtime/alloc/kmalloc.h"

#include <algorithm>

namespace kmem::sim {

std::optional<Kmalloc::Buckets> Kmalloc::createBuckets(std::string_view name, SlabFlagWord flags, uint32_t userOffset,
                                                       uint32_t userSize, uint32_t ctor) {
  Buckets buckets;
  if (!kernel.profile.slabBuckets) {
    buckets.caches = caches[unsigned(KmallocType::Normal)];
    return buckets;
  }
  for (unsigned index = 1; index <= kmallocShiftHigh; ++index) {
    const CacheId model = cache(KmallocType::Normal, index);
    const uint32_t size = slub.cache(model).objectSize;
    const std::string_view modelName = slub.nameOf(model);
    const std::string own = std::string(name) + std::string(modelName.substr(modelName.find('-')));
    const bool beyond = userOffset >= size;
    buckets.caches[index] = slub.create({.name = own,
                                         .size = size,
                                         .flags = flags | slub.flags.noMerge,
                                         .ctor = ctor,
                                         .userOffset = beyond ? 0 : userOffset,
                                         .userSize = beyond ? 0 : std::min(size - userOffset, userSize)});
    if (buckets.caches[index] != noCache)
      continue;
    for (const CacheId made : buckets.caches)
      slub.destroy(made);
    return std::nullopt;
  }
  return buckets;
}

/// Flags that ask kmalloc() for a variant change nothing here.
Address Kmalloc::allocateFrom(const Buckets &buckets, uint64_t size, Gfp gfp) {
  if (!kernel.profile.slabBuckets || !size || size > kmallocMaxCacheSize)
    return kmalloc(size, gfp);
  return slub.allocateFor(buckets.caches[kmallocIndex(size)], gfp, size);
}

} // namespace kmem::sim
