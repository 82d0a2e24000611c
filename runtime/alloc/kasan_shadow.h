// KASAN's shadow: one byte for eight bytes of memory that says how many of them may be accessed, or why none may
// (mm/kasan/kasan.h). The direct map and the image always have a shadow. The vmalloc and module areas have one where an
// area was made; elsewhere in them even looking at the shadow faults. A copy is a snapshot.
#pragma once

#include "runtime/kernel/cow_array.h"
#include "runtime/kernel/layout.h"

#include <optional>

namespace kmem::sim {

inline constexpr uint64_t shadowGranule = 8;
inline constexpr Address shadowOffset = 0xdffffc0000000000;   ///< KASAN_SHADOW_OFFSET
inline constexpr Address shadowedMemory = 0xffff800000000000; ///< lowest address that has metadata
inline constexpr uint64_t memoryPerShadowPage = shadowGranule << pageShift;

/// Shadow values of generic KASAN.
enum ShadowValue : uint8_t {
  ShadowPageFree = 0xff,
  ShadowPageRedZone = 0xfe,
  ShadowSlabRedZone = 0xfc,
  ShadowSlabFree = 0xfb,
  ShadowSlabFreeMeta = 0xfa, ///< the free track is valid; in the first granule
  ShadowGlobalRedZone = 0xf9,
  ShadowVmallocInvalid = 0xf8,
  ShadowStackLeft = 0xf1,
  ShadowStackMiddle = 0xf2,
  ShadowStackRight = 0xf3,
  ShadowStackPartial = 0xf4,
  ShadowAllocaLeft = 0xca,
  ShadowAllocaRight = 0xcb,
};

/// kasan_mem_to_shadow().
inline constexpr Address shadowAddress(Address memory) { return (memory / shadowGranule) + shadowOffset; }
inline constexpr bool hasShadowMetadata(Address address) { return address >= shadowedMemory; }

class KasanShadow {
public:
  /// Nothing where the shadow itself is not mapped.
  std::optional<uint8_t> at(Address address) const;
  /// Whether the page of the direct map was ever marked. What was not is as its owner says.
  bool isMarked(Pfn pfn) const { return direct.read(pfn).marked; }

  /// kasan_poison(): whole granules.
  void poison(Address start, uint64_t bytes, uint8_t value);
  /// kasan_unpoison(): to the byte.
  void unpoison(Address start, uint64_t bytes);
  /// kasan_poison_last_granule().
  void poisonLastGranule(Address start, uint64_t bytes);
  void set(Address address, uint8_t value);

  /// In the vmalloc and module areas, in whole pages of shadow, inaccessible at first. A purge does not take them back.
  void populate(Address start, Address end);

private:
  struct OfFrame {
    uint8_t bytes[pageSize / shadowGranule];
    uint8_t marked;
  };
  struct ShadowPage {
    uint8_t bytes[pageSize];
  };
  static bool isDirect(Address address);
  static bool isSparse(Address address);
  static uint64_t sparseIndex(Address address) { return (address - vmallocStart) / memoryPerShadowPage; }

  CowArray<OfFrame, 4> direct;
  CowArray<ShadowPage, 4> sparse; ///< backed means populated
  CowArray<ShadowPage, 1> image;  ///< of the kernel image
};

} // namespace kmem::sim
