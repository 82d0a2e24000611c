// kmalloc() and what is built on it: size classes in caches of their own, whole pages above 8 KiB, and the small
// functions of mm/slab_common.c and mm/util.c. Gfp flags select the variant of the cache (include/linux/slab.h,
// kmalloc_type()).
#pragma once

#include "runtime/alloc/slub.h"

#include <array>
#include <string>

namespace kmem::sim {

inline constexpr unsigned kmallocShiftLow = 3;              ///< KMALLOC_SHIFT_LOW of SLUB
inline constexpr unsigned kmallocShiftHigh = pageShift + 1; ///< KMALLOC_SHIFT_HIGH
inline constexpr uint64_t kmallocMaxCacheSize = uint64_t(1) << kmallocShiftHigh;
inline constexpr uint64_t kmallocMaxSize = uint64_t(1) << (maxPageOrder + pageShift); ///< KMALLOC_MAX_SIZE

enum class KmallocType : uint8_t { Normal, Reclaim, Dma, Cgroup };
inline constexpr unsigned kmallocTypeCount = 4;
/// kmalloc_index(): of the caches 1 and 2 are the 96 and 192 bytes between the powers of two. `size` is not 0.
unsigned kmallocIndex(uint64_t size);

/// ZERO_OR_NULL_PTR().
inline constexpr bool isZeroOrNull(Address address) { return address <= zeroSizePointer; }

class Kmalloc {
public:
  /// Makes the kmalloc caches and those that a booted kernel of this profile has (boot_caches.h).
  Kmalloc(Kernel &kernel, PageAllocator &pages, Slub &slub);

  Address kmalloc(uint64_t size, Gfp gfp);
  Address kzalloc(uint64_t size, Gfp gfp);
  Address kmallocArray(uint64_t count, uint64_t size, Gfp gfp); ///< 0 when the product overflows
  Address kcalloc(uint64_t count, uint64_t size, Gfp gfp);
  void kfree(Address object);
  void kfreeSensitive(Address object); ///< zeroes first
  void kfreeConst(Address object);     ///< leaves constants of the image alone
  void kfreeBulk(std::span<Address> objects);

  uint64_t ksize(Address object);
  uint64_t roundUp(uint64_t size) const; ///< kmalloc_size_roundup()
  Address krealloc(Address object, uint64_t size, Gfp gfp);
  Address kreallocArray(Address object, uint64_t count, uint64_t size, Gfp gfp);

  Address kmemdup(Address from, uint64_t size, Gfp gfp);
  Address kmemdupNul(Address from, uint64_t size, Gfp gfp);
  Address kstrdup(Address text, Gfp gfp);      ///< 0 for no text
  Address kstrdupConst(Address text, Gfp gfp); ///< a constant of the image is its own copy
  Address kstrndup(Address text, uint64_t maximum, Gfp gfp);
  /// kasprintf(), with the text already formatted.
  Address kasprintf(Gfp gfp, std::string_view text);

  /// The cache kmalloc(size, gfp) takes from; noCache for 0 bytes and for what goes to whole pages.
  CacheId cacheFor(uint64_t size, Gfp gfp) const;
  CacheId cache(KmallocType type, unsigned index) const { return caches[unsigned(type)][index]; }
  KmallocType typeOf(Gfp gfp) const;
  /// Name of the cache, "pages-order-N" for whole pages, "ZERO_SIZE_PTR", "NULL", or "" when it is none of these.
  std::string cacheNameOf(Address object) const;

  /// kmem_buckets_create() of 6.12: a cache for each size, apart from all others. Nothing when one could not be made;
  /// without CONFIG_SLAB_BUCKETS a set that stands for the ordinary caches.
  struct Buckets {
    std::array<CacheId, kmallocShiftHigh + 1> caches{};
  };
  std::optional<Buckets> createBuckets(std::string_view name, SlabFlagWord flags, uint32_t userOffset,
                                       uint32_t userSize, uint32_t ctor);
  Address allocateFrom(const Buckets &buckets, uint64_t size, Gfp gfp); ///< kmem_buckets_alloc()

private:
  Kernel &kernel;
  PageAllocator &pages;
  Slub &slub;
  std::array<std::array<CacheId, kmallocShiftHigh + 1>, kmallocTypeCount> caches{};

  void makeCaches();
  void makeCache(KmallocType type, unsigned index);
  Address allocateLarge(uint64_t size, Gfp gfp);
  void freeLarge(Pfn head, Address object);
  uint64_t stringLength(Address text, uint64_t maximum) const;
  bool isConstant(Address address) const;
};

} // namespace kmem::sim
