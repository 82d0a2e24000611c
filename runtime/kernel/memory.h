// The machine's memory: sparse frames, one struct Page for each, the kernel's page tables in frames of their own, and
// access by virtual address with the faults a CPU would raise. The direct map is arithmetic; vmalloc, modules and user
// space go through page tables.
#pragma once

#include "runtime/kernel/cow_array.h"
#include "runtime/kernel/page.h"

#include <optional>
#include <span>

namespace kmem::sim {

class Kernel;

struct Frame {
  std::byte bytes[pageSize];
};

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

/// Where page tables get their frames from; the page allocator, once it is there.
class FrameSource {
public:
  virtual ~FrameSource() = default;
  virtual std::optional<Pfn> allocateTable() = 0; ///< a zeroed frame
  virtual void freeTable(Pfn table) = 0;
};

struct Translation {
  Physical physical;
  uint64_t flags; ///< PteFlag bits of the leaf
};

class Memory {
public:
  explicit Memory(Kernel &kernel);
  ~Memory();

  uint64_t frameCount() const; ///< highest frame number plus one

  // Physical
  const std::byte *frame(Pfn pfn) const;
  std::byte *frameForWrite(Pfn pfn);
  void dropFrame(Pfn pfn); ///< its bytes read as zero again
  const Page &page(Pfn pfn) const;
  Page &pageForWrite(Pfn pfn);

  // Page tables. A table is named by the frame of its top level.
  void setFrameSource(FrameSource *source);
  Pfn kernelTable() const;
  /// Maps one page; false when no frame for a table was to be had.
  bool map(Pfn table, Address address, Pfn pfn, uint64_t flags);
  /// The entry that was there, 0 when none.
  uint64_t unmap(Pfn table, Address address);
  /// The last-level entry, present or not (a swap entry); 0 when there is no table for it.
  uint64_t entry(Pfn table, Address address) const;
  bool setEntry(Pfn table, Address address, uint64_t entry);

  /// By the direct map or the kernel's tables; user addresses by `userTable`.
  std::optional<Translation> translate(Address address, Pfn userTable = 0) const;

  // Kernel virtual. A fault is reported as the kernel does and throws Death.
  void read(Address address, std::span<std::byte> to) const;
  void write(Address address, std::span<const std::byte> from);
  void fill(Address address, uint8_t value, uint64_t size);
  template <typename T> T load(Address address) const {
    T value;
    read(address, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  template <typename T> void store(Address address, const T &value) {
    write(address, std::as_bytes(std::span(&value, 1)));
  }

  struct State;
  const State &state() const;
  void restore(const State &state);

private:
  Kernel &kernel;
  std::unique_ptr<State> current;
};

} // namespace kmem::sim
