// A malloc as glibc 2.36 has it on x86-64, one arena, on the simulated user memory: chunk headers, bins and the arena
// itself are bytes of the process, so that fork copies them and an overflow corrupts them. Addresses, reuse, what brk
// and mmap are asked for, and the texts of its aborts are glibc's (malloc/malloc.c there).
#pragma once

#include "runtime/user/mappings.h"

#include <string_view>

namespace kmem::sim {

enum class Mallopt : int {
  MaxFast = 1,        ///< M_MXFAST
  TrimThreshold = -1, ///< M_TRIM_THRESHOLD
  TopPad = -2,        ///< M_TOP_PAD
  MmapThreshold = -3, ///< M_MMAP_THRESHOLD
  MmapMax = -4,       ///< M_MMAP_MAX
};

/// What a call did. `address` is 0 for a failure with ENOMEM, and for free.
struct MallocResult {
  Address address = 0;
  std::string_view abortText = {}; ///< what abort() was called with: "double free or corruption (!prev)"
  Signal signal = Signal::None;    ///< touching its own data killed the process
  bool died() const { return !abortText.empty() || signal != Signal::None; }
};

/// The words in front of what malloc returned (struct malloc_chunk).
struct ChunkHeader {
  Address chunk;               ///< 16 bytes below the pointer
  uint64_t previousSize, size; ///< size without the flags
  bool previousInUse, isMmapped, isNonMainArena;
};

struct MallocStatistics {
  uint64_t systemBytes; ///< got from brk
  Address top;
  uint64_t topBytes;
  uint64_t mmaps, mmappedBytes, mmapThreshold, trimThreshold;
};

class Malloc {
public:
  Malloc(UserParts &parts, Faults &faults, Mappings &mappings) : parts(parts), faults(faults), mappings(mappings) {}

  MallocResult malloc(MmId mm, uint64_t size);
  MallocResult calloc(MmId mm, uint64_t count, uint64_t size);
  MallocResult realloc(MmId mm, Address memory, uint64_t size);
  MallocResult memalign(MmId mm, uint64_t alignment, uint64_t size);
  MallocResult free(MmId mm, Address memory);
  /// False for a value it does not take.
  bool mallopt(MmId mm, Mallopt parameter, int64_t value);
  uint64_t usableSize(MmId mm, Address memory);
  /// malloc_trim(): whether memory went back to the kernel.
  bool trim(MmId mm, uint64_t pad);

  ChunkHeader header(MmId mm, Address memory);
  MallocStatistics statistics(MmId mm);

private:
  template <typename Call> MallocResult guarded(MmId mm, Call call);

  UserParts &parts;
  Faults &faults;
  Mappings &mappings;
};

} // namespace kmem::sim
