// A swap device of a set size: slots with the number of page-table entries that refer to each (swap_map,
// mm/swapfile.c), and what was written to them. A value. The lowest free slot is the next one used.
#pragma once

#include "runtime/kernel/cow_array.h"
#include "runtime/kernel/memory.h"
#include "runtime/kernel/ordered_map.h"

#include <optional>

namespace kmem::sim {

using SwapSlot = uint32_t; ///< 0 is the header of the device, never a slot

class SwapSpace {
public:
  /// swapon: a device of so many pages, its header included. Only while no slot is in use.
  void resize(uint64_t pages);
  uint64_t totalPages() const { return slots ? slots - 1 : 0; }
  uint64_t freePages() const { return totalPages() - used; }

  /// With one reference; nothing when the device is full.
  std::optional<SwapSlot> allocate();
  void duplicate(SwapSlot slot) { ++references.write(slot); }
  /// Drops one reference; true when it was the last and the slot is free again.
  bool put(SwapSlot slot);
  uint32_t referencesOf(SwapSlot slot) const { return references.read(slot); }

  const std::byte *contents(SwapSlot slot) const { return data.read(slot).bytes; }
  std::byte *contentsForWrite(SwapSlot slot) { return data.write(slot).bytes; }

  /// The page that still, or already, holds what the slot does (the swap cache); 0 for none.
  Pfn cachedPage(SwapSlot slot) const { return cached.read(slot); }
  void setCachedPage(SwapSlot slot, Pfn page) { cached.write(slot) = uint32_t(page); }

private:
  CowArray<uint32_t> references;
  CowArray<uint32_t> cached;
  CowArray<Frame> data;
  OrderedMap<uint8_t> returned; ///< free slots below `next`
  uint64_t slots = 0, used = 0;
  SwapSlot next = 1;
};

// A swap entry in a page-table entry, bit for bit as x86-64 (arch/x86/include/asm/pgtable_64.h): not present, the
// offset inverted from bit 9 up, the type in the top bits; bit 3 says the page was this mapping's alone
// (pte_swp_exclusive).
inline constexpr uint64_t pteSwapExclusive = 1 << 3;
inline constexpr unsigned swapOffsetShift = 14, swapTypeBits = 5;
inline constexpr uint64_t swapEntry(SwapSlot slot, bool exclusive) {
  return ((~uint64_t(slot) << swapOffsetShift) >> swapTypeBits) | (exclusive ? pteSwapExclusive : 0);
}
inline constexpr SwapSlot slotOfEntry(uint64_t entry) { return SwapSlot((~entry << swapTypeBits) >> swapOffsetShift); }

} // namespace kmem::sim
