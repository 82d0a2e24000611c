// SLUB's debugging of one slab (the CONFIG_SLUB_DEBUG part of mm/slub.c): red zones, poison, padding and tracks around
// and behind each object, their checks when objects come and go, and the reports, in the kernel's words.
//
// Object slot, from its start: left red zone, the object, right red zone up to inUse, then free pointer, two tracks,
// the size asked of kmalloc, and padding. Which of these there are says KmemCacheLayout.
#pragma once

#include "runtime/alloc/kmem_cache_layout.h"
#include "runtime/kernel/kernel.h"

#include <string>

namespace kmem::sim {

inline constexpr uint8_t redInactive = 0xbb; ///< SLUB_RED_INACTIVE (include/linux/poison.h)
inline constexpr uint8_t redActive = 0xcc;   ///< SLUB_RED_ACTIVE
inline constexpr uint8_t poisonInUse = 0x5a; ///< POISON_INUSE
inline constexpr uint8_t poisonFree = 0x6b;  ///< POISON_FREE
inline constexpr uint8_t poisonEnd = 0xa5;   ///< POISON_END

/// A slab as the checks see it.
struct DebugSlab {
  CacheId id;
  KmemCache cache;
  std::string_view name;
  Pfn pfn;
  Address start() const { return pageToVirt(pfn); }
};

enum class TrackItem : uint8_t { Alloc, Free };

class SlabDebug {
public:
  SlabDebug(Kernel &kernel, const SlabFlags &flags, const KmemCacheLayout &layout)
      : kernel(kernel), flags(flags), layout(layout) {}

  // Setting up
  void setUpSlab(const DebugSlab &slab);                    ///< setup_slab_debug()
  void setUpObject(const KmemCache &cache, Address object); ///< setup_object_debug()
  void initObject(const KmemCache &cache, Address object, uint8_t value);
  void setTrack(const KmemCache &cache, Address object, TrackItem item, Address caller);
  void setOriginalSize(const KmemCache &cache, Address object, uint64_t size);
  uint64_t originalSize(const KmemCache &cache, Address object) const;

  // Checks; each reports, repairs what the kernel repairs, and says whether all was well.
  bool allocate(const DebugSlab &slab, Address object, uint64_t originalSize); ///< alloc_debug_processing()
  /// free_debug_processing() of a chain; `count` may be corrected.
  bool free(const DebugSlab &slab, Address first, Address last, unsigned &count, Address caller);
  bool checkSlab(const DebugSlab &slab);
  void checkPadding(const DebugSlab &slab); ///< slab_pad_check()
  bool checkObject(const DebugSlab &slab, Address object, uint8_t value);
  /// freelist_corrupted(): whether what follows `object` was cut off.
  bool isFreelistCorrupt(const DebugSlab &slab, Address object, Address next);

  // Reports
  void reportRemainingObjects(const DebugSlab &slab); ///< list_slab_objects()
  void printTracking(const KmemCache &cache, Address object);

  // Arithmetic
  Address firstObject(const DebugSlab &slab) const { return slab.start() + slab.cache.redLeftPad; }
  bool isValidPointer(const DebugSlab &slab, Address object) const;
  Address freePointer(const KmemCache &cache, Address object) const;
  void setFreePointer(const KmemCache &cache, Address object, Address next);

private:
  Kernel &kernel;
  const SlabFlags &flags;
  const KmemCacheLayout &layout;

  bool checkRedZones(const DebugSlab &slab, Address object, uint8_t value);
  bool checkPoison(const DebugSlab &slab, Address object, uint8_t value);
  bool checkObjectPadding(const DebugSlab &slab, Address object);
  bool checkFreeing(const DebugSlab &slab, Address object);
  bool checkBytes(const DebugSlab &slab, Address object, const char *what, Address start, uint8_t value, uint64_t bytes,
                  bool reportObject);
  bool isOnFreelist(const DebugSlab &slab, Address object);
  void correctCounts(const DebugSlab &slab, unsigned freeObjects);
  std::optional<std::pair<Address, Address>> differing(Address start, uint8_t value, uint64_t bytes) const;
  uint32_t endOfData(const KmemCache &cache) const;
  uint32_t sizeFromObject(const KmemCache &cache) const { return cache.size - cache.redLeftPad; }
  Address trackOf(const KmemCache &cache, Address object, TrackItem item) const;
  uint32_t kasanInObject(const KmemCache &cache) const;
  uint32_t kasanBehindObject(const KmemCache &cache) const;

  // slab_debug_report.cpp
  void bugHeader(std::string_view cacheName, const std::string &what);
  void objectError(const DebugSlab &slab, Address object, const std::string &reason);
  void slabError(const DebugSlab &slab, const std::string &reason);
  void slabErrorTail(const DebugSlab &slab, const char *function);
  void reportOverwritten(const DebugSlab &slab, Address object, const char *what, Address from, Address to,
                         uint8_t expected, bool reportObject);
  void fix(const DebugSlab &slab, const std::string &what);
  void restore(const DebugSlab &slab, const char *what, uint8_t value, Address from, Address to);
  void printSlabInfo(Pfn slab);
  void printTrailer(const DebugSlab &slab, Address object);
  void printTrack(const char *what, Address track);
  void printSection(const char *title, Address start, uint64_t bytes);
  std::string pointer(Address address) const;
};

} // namespace kmem::sim
