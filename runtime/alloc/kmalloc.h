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

/// ZERO_OR_NULL_PTR().
inline constexpr bool isZeroOrNull(Address address) { return address <= zeroSizePointer; }

class Kmalloc {
public:
  Kmalloc(Kernel &kernel, PageAllocator &pages, Slub &slub);
  ~Kmalloc();

  Address kmalloc(uint64_t size, Gfp gfp);
  Address kzalloc(uint64_t size, Gfp gfp);
  Address kmallocArray(uint64_t count, uint64_t size, Gfp gfp); ///< 0 when the product overflows
  Address kcalloc(uint64_t count, uint64_t size, Gfp gfp);
  void kfree(Address object);
  void kfreeSensitive(Address object); ///< zeroes first
  void kfreeConst(Address object);     ///< leaves constants of the image alone

  uint64_t ksize(Address object) const;
  uint64_t roundUp(uint64_t size) const; ///< kmalloc_size_roundup()
  Address krealloc(Address object, uint64_t size, Gfp gfp);
  Address kreallocArray(Address object, uint64_t count, uint64_t size, Gfp gfp);

  Address kmemdup(Address from, uint64_t size, Gfp gfp);
  Address kstrdup(Address text, Gfp gfp);
  Address kstrndup(Address text, uint64_t maximum, Gfp gfp);
  /// With the formatted text already made: kasprintf() and kstrdup() of a host string.
  Address kasprintf(Gfp gfp, std::string_view text);

  /// The cache kmalloc(size, gfp) takes from; noCache for 0 bytes and for what goes to whole pages.
  CacheId cacheFor(uint64_t size, Gfp gfp) const;
  CacheId cache(KmallocType type, unsigned index) const;
  KmallocType typeOf(Gfp gfp) const;
  /// Name of the cache, "pages-order-N" for whole pages, "ZERO_SIZE_PTR", "NULL", or "" when it is none of these.
  std::string cacheNameOf(Address object) const;

  struct State;
  const State &state() const;
  void restore(const State &state);

private:
  Kernel &kernel;
  PageAllocator &pages;
  Slub &slub;
  std::unique_ptr<State> current;
};

} // namespace kmem::sim
