// GFP flags as one kernel numbers them. The numbers move between releases and configurations
// (include/linux/gfp_types.h; include/linux/gfp.h in 6.1), so code asks the machine's profile:
// `profile.gfp.directReclaim`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kmem::sim {

using Gfp = uint32_t;

struct Release;

/// The value of every flag; 0 where the kernel does not have it.
struct GfpFlags {
  Gfp dma, highmem, dma32, movable, reclaimable, high, io, fs, zero, atomic /* 6.1 only */, directReclaim,
      kswapdReclaim, write, nowarn, retryMayfail, nofail, noretry, memalloc, comp, nomemalloc, hardwall, thisnode,
      account, zerotags, skipZero, skipKasan, nolockdep, noObjExt;
  unsigned bitsShift; ///< __GFP_BITS_SHIFT

  static GfpFlags of(const Release &release, bool lockdep, bool memcg);

  Gfp reclaim() const { return directReclaim | kswapdReclaim; }
  Gfp bitsMask() const { return Gfp((uint64_t(1) << bitsShift) - 1); }
  /// gfpflags_allow_blocking(): whether an allocation may sleep.
  bool allowsBlocking(Gfp gfp) const { return gfp & directReclaim; }

  /// One flag or composite by its kernel name: "__GFP_ZERO", "GFP_KERNEL". Nothing when this kernel has no such name.
  std::optional<Gfp> named(std::string_view name) const;
  /// "GFP_KERNEL|__GFP_NOWARN", also with blanks and "~"; nothing when a part is unknown.
  std::optional<Gfp> parse(std::string_view text) const;
  /// As %pGg prints it: "0xcc0(GFP_KERNEL)", "0x820(GFP_ATOMIC)".
  std::string describe(Gfp gfp) const;

  Gfp kernel() const { return reclaim() | io | fs; }
  Gfp atomicAllocation() const { return high | atomic | kswapdReclaim; } ///< GFP_ATOMIC
};

} // namespace kmem::sim
