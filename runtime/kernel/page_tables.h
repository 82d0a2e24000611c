// x86-64 page tables with four levels, kept in frames of the simulated memory as the CPU would find them. A table is
// named by the frame of its top level. Intermediate tables come from a FrameSource and are given back by release().
#pragma once

#include "runtime/kernel/layout.h"

#include <array>
#include <optional>

namespace kmem::sim {

class Memory;

/// Flags of a page-table entry (arch/x86/include/asm/pgtable_types.h).
enum PteFlag : uint64_t {
  PtePresent = 1 << 0,
  PteWrite = 1 << 1,
  PteUser = 1 << 2,
  PteAccessed = 1 << 5,
  PteDirty = 1 << 6,
  PteHuge = 1 << 7, ///< a 2 MiB or 1 GiB leaf above the last level
  PteGlobal = 1 << 8,
  PteNoExec = uint64_t(1) << 63,
};
inline constexpr uint64_t ptePfnMask = 0x000ffffffffff000;
inline constexpr Pfn pfnOfEntry(uint64_t entry) { return (entry & ptePfnMask) >> pageShift; }
inline constexpr uint64_t makeEntry(Pfn pfn, uint64_t flags) { return (pfn << pageShift) | flags; }

inline constexpr unsigned tableLevels = 4;
inline constexpr unsigned entriesPerTable = 512;

/// Where page tables get their frames from; the page allocator, once it is there.
class FrameSource {
public:
  virtual ~FrameSource() = default;
  virtual std::optional<Pfn> allocateTable() = 0; ///< a zeroed frame
  virtual void freeTable(Pfn table) = 0;
};

/// The entries on the way to an address, top level first, as an oops prints them. `levels` says how many were there to
/// read: the walk ends at the first entry that is not present or is a leaf.
struct TableWalk {
  std::array<uint64_t, tableLevels> entries{};
  unsigned levels = 0;
};

class PageTables {
public:
  explicit PageTables(Memory &memory) : memory(memory) {}

  void setFrameSource(FrameSource *newSource) { source = newSource; }

  /// The entry for `address` at the last level, 0 when there is no table for it. With `huge` set, a leaf of a higher
  /// level is returned instead, and its size in bytes stored there.
  uint64_t entry(Pfn top, Address address, uint64_t *leafSize = nullptr) const;
  /// False when no frame for a table was to be had.
  bool setEntry(Pfn top, Address address, uint64_t entry);
  /// Gives back the tables below the top that serve nothing outside [begin, end); what they map is forgotten. The
  /// caller leaves in the gaps beside what it unmapped, as free_pgtables() does (mm/memory.c).
  void release(Pfn top, Address begin, Address end);
  TableWalk walk(Pfn top, Address address) const;

private:
  uint64_t load(Pfn table, unsigned index) const;
  void store(Pfn table, unsigned index, uint64_t entry);
  std::optional<Pfn> nextTable(Pfn table, unsigned index, Address address);
  void releaseBelow(Pfn table, unsigned level, Address base, Address begin, Address end);

  Memory &memory;
  FrameSource *source = nullptr;
};

} // namespace kmem::sim
