// What the kernel computes when a cache is made (calculate_sizes(), calculate_order() and their callers in mm/slub.c):
// where in an object's slot the free pointer and the debugging data lie, how large a slot and a slab are, how many
// partial slabs are kept. A pure function of the request and the profile.
#pragma once

#include "runtime/alloc/kmem_cache.h"

namespace kmem::sim {

/// struct track with a stack-depot handle, and the size that slub_debug=U keeps beside the two tracks of a kmalloc.
inline constexpr uint32_t trackSize = 32;
/// struct kasan_alloc_meta and kasan_free_meta (mm/kasan/kasan.h).
inline constexpr uint32_t kasanAllocMetaSize = 16, kasanFreeMetaSize = 16;
inline constexpr uint32_t noKasanFreeMeta = UINT32_MAX; ///< KASAN_NO_FREE_META, INT_MAX there
inline constexpr uint32_t maxObjectsPerSlab = 32767;    ///< MAX_OBJS_PER_PAGE

/// get_order(): the order of the smallest block that holds `bytes`.
unsigned orderOf(uint64_t bytes);

class KmemCacheLayout {
public:
  KmemCacheLayout(const Profile &profile, const SlabFlags &flags) : profile(profile), flags(flags) {}

  /// calculate_alignment() (mm/slab_common.c).
  uint32_t alignment(SlabFlagWord cacheFlags, uint32_t align, uint32_t size) const;
  /// kmem_cache_flags(): `cacheFlags` with what slub_debug= adds.
  SlabFlagWord withDebug(SlabFlagWord cacheFlags) const;
  /// Fills everything that follows from objectSize, align, flags and ctor. False when no slab can hold an object.
  bool compute(KmemCache &cache, std::optional<uint32_t> freePointerOffset) const;

  /// slub_debug_orig_size(): whether the size asked of kmalloc is kept beside the object.
  bool keepsOriginalSize(const KmemCache &cache) const {
    return cache.has(flags.storeUser) && cache.has(flags.kmalloc);
  }
  /// Bytes of that: unsigned long in 6.12, unsigned int in 6.1.
  uint32_t originalSizeBytes() const { return profile.release.atLeast(6, 12) ? 8 : 4; }
  /// get_info_end(): where the tracks begin.
  static uint32_t infoEnd(const KmemCache &cache) {
    return cache.offset >= cache.inUse ? cache.inUse + 8 : cache.inUse;
  }

private:
  const Profile &profile;
  const SlabFlags &flags;

  uint32_t placeFreePointer(KmemCache &cache, uint32_t size, std::optional<uint32_t> wanted) const;
  uint32_t addKasan(KmemCache &cache, uint32_t size) const;
  uint32_t addKasanFreeMeta(KmemCache &cache, uint32_t size) const;
  std::optional<unsigned> slabOrder(uint32_t size) const;
  std::optional<unsigned> slabOrder61(uint32_t size, unsigned minObjects) const;
  std::optional<unsigned> slabOrder612(uint32_t size, unsigned minObjects) const;
  void keepPartial(KmemCache &cache) const;
};

} // namespace kmem::sim
