// The machine's memory: sparse frames, one struct Page for each, the kernel's page tables in frames of their own, and
// access by virtual address with the faults a CPU would raise. The direct map, struct pages and the kernel image are
// arithmetic; vmalloc, modules and user space go through page tables.
//
// Frames are copy-on-write, so that a snapshot is a copy of State; or they lie in a HostWindow, so that native code can
// dereference them, and there are no snapshots (snapshotRefusal() says so).
#pragma once

#include "runtime/kernel/code_site.h"
#include "runtime/kernel/cow_array.h"
#include "runtime/kernel/page.h"
#include "runtime/kernel/page_tables.h"
#include "runtime/kernel/physical_map.h"

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace kmem::sim {

class HostWindow;
class Kernel;

struct alignas(16) Frame {
  std::byte bytes[pageSize];
};

enum class AccessKind : uint8_t { Read, Write, Execute };

struct Translation {
  Physical physical;
  uint64_t flags; ///< PteFlag bits of the leaf
};

/// What looks at every access of instrumented code before it happens (KASAN). It reports; the access goes on.
class AccessCheck {
public:
  virtual ~AccessCheck() = default;
  virtual void check(Address address, uint64_t size, AccessKind kind, const CodeSite &by) = 0;
};

class Memory {
public:
  /// Frames in `window` when there is one; it must be as large as the profile's memory.
  explicit Memory(Kernel &kernel, std::unique_ptr<HostWindow> window = nullptr);
  ~Memory();

  uint64_t frameCount() const { return directMap.end(); } ///< highest frame number plus one
  /// Whether the frame is in the direct map (holes of the physical address space are not).
  bool hasFrame(Pfn pfn) const { return directMap.contains(pfn); }
  /// pfn_valid(): whether there is a struct page for it, which comes in sections of 128 MiB.
  bool hasPage(Pfn pfn) const;

  // Physical
  const std::byte *frame(Pfn pfn) const;
  std::byte *frameForWrite(Pfn pfn);
  void dropFrame(Pfn pfn); ///< its bytes read as zero again
  const Page &page(Pfn pfn) const { return now.pages.read(pfn); }
  Page &pageForWrite(Pfn pfn) { return now.pages.write(pfn); }

  // Page tables. A table is named by the frame of its top level.
  void setFrameSource(FrameSource *source) { tables.setFrameSource(source); }
  Pfn kernelTable() const { return kernelTables.begin; }
  /// Maps one page; false when no frame for a table was to be had.
  bool map(Pfn table, Address address, Pfn pfn, uint64_t flags);
  /// The entry that was there, 0 when none.
  uint64_t unmap(Pfn table, Address address);
  /// The last-level entry, present or not (a swap entry); 0 when there is no table for it.
  uint64_t entry(Pfn table, Address address) const { return tables.entry(table, address); }
  bool setEntry(Pfn table, Address address, uint64_t entry);
  /// Gives back the tables that serve nothing outside [begin, end).
  void releaseTables(Pfn table, Address begin, Address end) { tables.release(table, begin, end); }
  /// Entries as an oops prints them.
  TableWalk walk(Address address) const;
  /// What the user half of CR3 is: the table of the running task's address space, 0 for none.
  void setUserTable(Pfn table) { now.userTable = table; }
  Pfn userTable() const { return now.userTable; }

  /// By the direct map or the kernel's tables; user addresses by `userTable`.
  std::optional<Translation> translate(Address address, Pfn userTable = 0) const;

  // Kernel virtual, as the kernel's own code does it: no KASAN. A fault is reported as the kernel does and throws
  // Death; `by` is the function it names. User addresses fault, as SMAP forbids them.
  void read(Address address, std::span<std::byte> to, const CodeSite &by = {}) const;
  void write(Address address, std::span<const std::byte> from, const CodeSite &by = {});
  void fill(Address address, uint8_t value, uint64_t size, const CodeSite &by = {});
  template <typename T> T load(Address address, const CodeSite &by = {}) const {
    T value;
    if (const uint64_t offset = address - directMapStart; isWithinFrame<T>(offset)) {
      std::memcpy(&value, frame(offset >> pageShift) + (offset & ~pageMask), sizeof(T));
      return value;
    }
    read(address, std::as_writable_bytes(std::span(&value, 1)), by);
    return value;
  }
  template <typename T> void store(Address address, const T &value, const CodeSite &by = {}) {
    if (const uint64_t offset = address - directMapStart;
        isWithinFrame<T>(offset) && !image.contains(offset >> pageShift))
      std::memcpy(frameForWrite(offset >> pageShift) + (offset & ~pageMask), &value, sizeof(T));
    else
      write(address, std::as_bytes(std::span(&value, 1)), by);
  }

  // As instrumented code does it: the AccessCheck looks first.
  void setAccessCheck(AccessCheck *check) { accessCheck = check; }
  void checkAccess(Address address, uint64_t size, AccessKind kind, const CodeSite &by) const {
    if (accessCheck)
      accessCheck->check(address, size, kind, by);
  }
  template <typename T> T loadChecked(Address address, const CodeSite &by) const {
    checkAccess(address, sizeof(T), AccessKind::Read, by);
    return load<T>(address, by);
  }
  template <typename T> void storeChecked(Address address, const T &value, const CodeSite &by) {
    checkAccess(address, sizeof(T), AccessKind::Write, by);
    store(address, value, by);
  }

  // Host window
  bool isHostBacked() const { return window != nullptr; }
  /// Where native code finds the byte; null without a window, or when the address is neither in the direct map nor in
  /// the vmalloc area. What is not mapped there faults in the host.
  std::byte *hostAddress(Address address) const;
  /// The other way; 0 when the pointer is not into the window.
  Address fromHost(const void *pointer) const;

  struct State {
    CowArray<Frame, 16> frames;
    CowArray<Page, 8> pages;
    Pfn userTable = 0;
  };
  /// Why state() may not be called, or "".
  std::string_view snapshotRefusal() const;
  const State &state() const;
  void restore(const State &state);

private:
  template <typename T> bool isWithinFrame(uint64_t offset) const {
    return (offset & ~pageMask) <= pageSize - sizeof(T) && directMap.contains(offset >> pageShift);
  }
  uint64_t imageFlags(Physical physical) const;
  std::optional<Translation> translateImage(Address address) const;
  std::optional<Translation> translateByTables(Address address, Pfn table) const;
  bool permits(Address address, uint64_t flags, AccessKind kind) const;
  bool isPageArray(Address address) const;
  /// The bytes from `address` to the end of what is contiguous there, or the fault.
  std::span<const std::byte> bytesAt(Address address, const CodeSite &by) const;
  std::span<std::byte> bytesForWrite(Address address, const CodeSite &by);
  Physical physicalFor(Address address, AccessKind kind, const CodeSite &by) const;

  Kernel &kernel;
  std::unique_ptr<HostWindow> window;
  std::byte *const host; ///< the window's direct map, null without one
  const DirectMap directMap;
  const KernelImage imageParts;
  const PfnRange image; ///< the frames of the image that may not be written
  const PfnRange kernelTables;
  PageTables tables;
  AccessCheck *accessCheck = nullptr;
  State now;
};

inline const std::byte *Memory::frame(Pfn pfn) const {
  return host ? host + (pfn << pageShift) : now.frames.read(pfn).bytes;
}
inline std::byte *Memory::frameForWrite(Pfn pfn) {
  return host ? host + (pfn << pageShift) : now.frames.write(pfn).bytes;
}

} // namespace kmem::sim
