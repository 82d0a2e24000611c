// Stage: finding. How to make a finding happen: where the kernel enters, every function on the way with the call that
// leads on, and what must be true at the site. Plain data, made by the checks from the linked program; replay builds
// its scenario from this alone and needs neither rules nor summaries.
//
//   entry ─▶ hop ─▶ hop ─▶ ... ─▶ hop, whose call is the site ─▶ target
#pragma once

#include "core/finding/trace.h"
#include "core/support/context.h"

#include <array>
#include <optional>
#include <variant>
#include <vector>

namespace kmem {

/// Raised when a member changes its meaning or goes away.
inline constexpr unsigned replayVersion = 1;

/// A function and a module that has its body.
struct ReplayFunction {
  std::string function; ///< LLVM symbol
  std::string unit;     ///< main file of the translation unit, relative to the source root
  bool operator==(const ReplayFunction &) const = default;
};

/// How deep each component of the context is entered.
struct ContextCounts {
  std::array<uint8_t, contextComponentCount> counts{};
  uint8_t &operator[](ContextComponent component) { return counts[unsigned(component)]; }
  uint8_t operator[](ContextComponent component) const { return counts[unsigned(component)]; }
  bool operator==(const ContextCounts &) const = default;
};

/// Where the path starts.
struct ReplayEntry {
  ReplayFunction function;
  std::string how;           ///< "handler of request_irq()", "net_device_ops.ndo_start_xmit", "called on its own"
  bool isKernelEntry = true; ///< the kernel itself enters here; otherwise callers exist that the path does not name
  SourceLocation registered; ///< where it is registered; unknown when it is not
  bool operator==(const ReplayEntry &) const = default;
};

/// How a hop leads on.
enum class HopKind : uint8_t {
  Direct,   ///< calls the next hop by name
  Pointer,  ///< calls it through a pointer
  Callback, ///< hands it to a function that calls it before it returns
  Site,     ///< the last hop: its call is the site
};
inline constexpr unsigned hopKindCount = unsigned(HopKind::Site) + 1;
llvm::StringRef toString(HopKind kind);

/// One function on the path.
struct ReplayHop {
  ReplayFunction function;
  SourceLocation definition;
  ContextCounts context; ///< at the function's entry
  SourceLocation call;   ///< the call that leads on
  std::string callee;    ///< the symbol called there; empty for a pointer
  HopKind via = HopKind::Direct;
  std::vector<ReplayFunction> candidates; ///< Pointer: what the link resolved there, the path's own first
  bool operator==(const ReplayHop &) const = default;
};

/// 0-based argument numbers of the call at the site, as far as it has such arguments.
struct SiteArguments {
  std::optional<unsigned> gfp, order, pointer, cache;
  std::vector<unsigned> size; ///< bytes = their product
  bool operator==(const SiteArguments &) const = default;
};

/// When the call may sleep.
enum class SleepKind : uint8_t {
  Always,
  ByGfp,    ///< when its gfp argument, or `fixedGfp`, has __GFP_DIRECT_RECLAIM
  Forbidden ///< it does not sleep, but must not be called in `forbiddenIn` all the same
};
inline constexpr unsigned sleepKindCount = unsigned(SleepKind::Forbidden) + 1;
llvm::StringRef toString(SleepKind kind);

/// kmem-atomic-*: the call happens in a context that forbids it.
struct SleepClaim {
  SleepKind sleeps = SleepKind::Always;
  bool mapsPages = false;          ///< it allocates or releases virtually mapped memory
  std::string fixedGfp;            ///< name of the flags it uses when no argument says
  ContextSet forbiddenIn;          ///< any of these
  bool allowedInInterrupt = false; ///< unless in_interrupt() without NMI
  bool dropsCallersLock = false;   ///< it drops one lock of its caller before it sleeps
  bool operator==(const SleepClaim &) const = default;
};

/// kmem-oversized-kmalloc, kmem-unbounded-kmalloc: the size or order is above the limit, and no flag says that failing
/// is expected.
struct SizeClaim {
  uint64_t limit = 0; ///< the largest that is all right
  std::string limitName;
  bool isOrder = false;   ///< the limit is an order, not bytes
  uint64_t quietBits = 0; ///< flags of the tree, any of which says so
  bool operator==(const SizeClaim &) const = default;
};

/// What is wrong with a release.
enum class FreeMismatch : uint8_t {
  Family,       ///< the release does not take this kind of memory
  Cache,        ///< from another cache or pool
  Order,        ///< of another order
  Size,         ///< of another size
  Interior,     ///< `offset` bytes into the memory
  Moved,        ///< moved since it was allocated
  ErrorPointer, ///< no memory: an error code
};
inline constexpr unsigned freeMismatchCount = unsigned(FreeMismatch::ErrorPointer) + 1;
llvm::StringRef toString(FreeMismatch mismatch);

/// kmem-mismatched-free: the released pointer is not what the release takes.
struct FreeClaim {
  FreeMismatch mismatch = FreeMismatch::Family;
  std::vector<std::string> accepts; ///< families the release takes
  std::string family;               ///< what the memory is claimed to be
  int64_t offset = 0;               ///< Interior
  bool operator==(const FreeClaim &) const = default;
};

/// kmem-invalid-gfp: the flags have all of `allOf` and none of `noneOf`.
struct GfpClaim {
  std::vector<std::string> allOf, noneOf;
  uint64_t allBits = 0, noneBits = 0; ///< the same as the tree's values
  unsigned minOrder = 0;              ///< and the order is at least this
  std::string why;
  bool operator==(const GfpClaim &) const = default;
};

using ReplayClaim = std::variant<SleepClaim, SizeClaim, FreeClaim, GfpClaim>;

/// What has to happen at the site.
struct ReplayTarget {
  std::string callee; ///< as the IR names it
  SiteArguments arguments;
  ReplayClaim claim;
  bool operator==(const ReplayTarget &) const = default;
};

/// Where the memory of a release comes from, seen from the path.
enum class AllocationPlace : uint8_t {
  OnPath,  ///< a function of the path allocates it
  Callee,  ///< a function that the path calls returns it
  Earlier, ///< it was stored before the path begins: run `function` first, then the path
};
inline constexpr unsigned allocationPlaceCount = unsigned(AllocationPlace::Earlier) + 1;
llvm::StringRef toString(AllocationPlace place);

struct ReplayAllocation {
  AllocationPlace place = AllocationPlace::OnPath;
  ReplayFunction function;
  SourceLocation definition;
  SourceLocation call;
  std::string callee, family;
  std::vector<std::string> stores;        ///< "struct.field" or a global's name, from the allocation to the release
  std::vector<ReplayFunction> returnedBy; ///< functions that hand it to their caller
  bool operator==(const ReplayAllocation &) const = default;
};

/// A call that enters a context the path still holds. A replay must not skip it.
struct ReplayAcquisition {
  ReplayFunction function; ///< the call stands in this function
  SourceLocation call;
  std::string callee; ///< the primitive, or a helper that returns with the context held
  ContextSet components;
  bool operator==(const ReplayAcquisition &) const = default;
};

/// Where the data that nobody bounds comes in.
struct ReplaySource {
  std::string kind; ///< user, device, network, disk, foreign
  std::string what;
  ReplayFunction function;
  SourceLocation call; ///< unknown: a parameter or a load
  bool operator==(const ReplaySource &) const = default;
};

struct ReplayRecipe {
  ReplayEntry entry;
  std::vector<ReplayHop> hops; ///< never empty
  ReplayTarget target;
  std::optional<ReplayAllocation> allocation; ///< of what kmem-mismatched-free says is released
  std::optional<ReplaySource> source;         ///< of what kmem-unbounded-kmalloc says is not bounded
  std::vector<ReplayAcquisition> entersContext;
  bool operator==(const ReplayRecipe &) const = default;
};

} // namespace kmem
