// Files and the pages of them that are in memory (mm/filemap.c, mm/truncate.c, mm/readahead.c, mm/shmem.c). A file is
// what its device holds plus what is cached; a shared anonymous mapping is a file without a device, whose pages go to
// swap. Reading from a device is immediate; writing back happens when told. One open file description a file: it keeps
// the readahead window.
#pragma once

#include "runtime/user/user_state.h"

#include <span>
#include <string_view>

namespace kmem::sim {

inline constexpr uint32_t readaheadPages = 32; ///< bdi->ra_pages: 128 KiB

/// struct file_ra_state. Pages.
struct ReadaheadWindow {
  uint64_t start;
  uint32_t size, asyncSize;
  uint32_t pages; ///< 0 turns readahead off
  uint32_t mmapMisses;
  uint64_t previousPosition; ///< where the last read() ended; all ones before the first
};

inline constexpr unsigned maxFileName = 47;

struct File {
  char name[maxFileName + 1];
  uint64_t size;       ///< bytes
  uint64_t references; ///< mapped pages of address space, which splits and merges do not change; one for the name
  bool isShmem;
  bool isRandom;           ///< POSIX_FADV_RANDOM
  uint64_t committedPages; ///< that a shared anonymous mapping reserved
  uint64_t cachedPages;
  ReadaheadWindow readahead;
};

class PageCache {
public:
  explicit PageCache(UserParts &parts) : parts(parts) {}

  // Files
  /// 0 when the name is too long or taken.
  FileId create(std::string_view name, uint64_t bytes);
  /// The file behind a shared anonymous mapping; it lives as long as its mappings.
  FileId createSharedMemory(uint64_t bytes, uint64_t committedPages);
  FileId find(std::string_view name) const;
  bool exists(FileId file) const { return file && current.files[file].references; }
  const File &operator[](FileId file) const { return current.files[file]; }
  ReadaheadWindow &readaheadOf(FileId file) { return current.files.write(file).readahead; }
  void setRandom(FileId file, bool random) { current.files.write(file).isRandom = random; }
  void addMapped(FileId file, uint64_t pages) { current.files.write(file).references += pages; }
  /// The pages it committed when that was the end of the file, else 0.
  uint64_t dropMapped(FileId file, uint64_t pages);
  /// unlink(): it lives on while it is mapped.
  void remove(FileId file);
  uint64_t pagesOf(FileId file) const { return ((*this)[file].size + pageSize - 1) >> pageShift; }

  // The device
  void fillDevice(FileId file, uint64_t offset, std::span<const std::byte> bytes);
  const std::byte *devicePage(FileId file, uint64_t index) const { return current.device.read(key(file, index)).bytes; }

  // Cached pages
  Pfn lookup(FileId file, uint64_t index) const; ///< 0 when it is not in memory
  /// In memory afterwards: from the cache, swap or the device. Nothing when memory is short.
  std::optional<Pfn> fetch(FileId file, uint64_t index);
  SwapSlot swappedAt(FileId file, uint64_t index) const; ///< 0 when it is not on swap
  /// Takes an unmapped, clean page out. With a slot, the page's bytes are there from now on.
  void evict(Pfn page, SwapSlot slot = 0);
  /// read(2) and write(2), from and to the cache, with readahead. Bytes, or -errno.
  SysResult read(FileId file, uint64_t offset, std::span<std::byte> to);
  SysResult write(FileId file, uint64_t offset, std::span<const std::byte> from);
  /// Writes a dirty page to the device and marks it clean; its mappings are the caller's business.
  void writePage(Pfn page);
  /// The size changes; pages beyond the end are dropped and must not be mapped, the rest of the last page is cleared.
  void resize(FileId file, uint64_t bytes);
  /// The pages [first, last] become a hole, in the cache and on the device; they must not be mapped.
  void punch(FileId file, uint64_t first, uint64_t last);
  /// Indices of the cached pages in [first, last], ascending.
  std::vector<uint64_t> cachedIndices(FileId file, uint64_t first = 0, uint64_t last = UINT64_MAX) const;
  static FileId fileOf(const Page &page) { return FileId(page.memory.mapping); }

  // Readahead (mm/readahead.c)
  void readaheadSync(FileId file, uint64_t index, uint64_t wanted);
  void readaheadAsync(FileId file, Pfn page, uint64_t index, uint64_t wanted);
  /// do_page_cache_ra(): pages [index, index + pages) that are not cached yet, the mark `asyncPages` before the end.
  void readaheadRange(FileId file, uint64_t index, uint64_t pages, uint64_t asyncPages);
  /// force_page_cache_ra(), as MADV_WILLNEED asks.
  void readaheadForced(FileId file, uint64_t index, uint64_t pages);

  struct Cached {
    uint32_t page; ///< 0 while it is on swap
    SwapSlot slot;
  };
  struct State {
    CowPool<File> files;
    OrderedMap<Cached> cached;
    CowArray<Frame> device;
    FileId lastFile = 0; ///< highest number ever given
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  static constexpr unsigned indexBits = 40;
  static uint64_t key(FileId file, uint64_t index) { return uint64_t(file) << indexBits | index; }
  bool add(FileId file, uint64_t index, Pfn page);
  std::optional<Pfn> load(FileId file, uint64_t index, Gfp modifiers);
  void forget(FileId file, uint64_t index, const Cached &cached);
  uint64_t cachedRunBefore(FileId file, uint64_t index, uint64_t limit) const;

  UserParts &parts;
  State current;
};

} // namespace kmem::sim
