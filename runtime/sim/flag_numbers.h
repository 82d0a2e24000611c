// The GFP and SLAB flags of the C API are numbered once for all; every kernel numbers its own. Translation of GFP flags
// is four look-ups.
#pragma once

#include "runtime/alloc/slab_flags.h"
#include "runtime/kernel/gfp.h"

#include <array>
#include <optional>
#include <string_view>

namespace kmem::sim {

class GfpNumbers {
public:
  explicit GfpNumbers(const GfpFlags &kernel);

  /// The kernel's flags for those of the API; what the kernel does not have is dropped.
  Gfp toKernel(uint32_t api) const {
    return bytes[0][api & 0xff] | bytes[1][api >> 8 & 0xff] | bytes[2][api >> 16 & 0xff] | bytes[3][api >> 24];
  }
  uint32_t fromKernel(Gfp flags) const;
  /// "GFP_NOWAIT | __GFP_ZERO" as this kernel defines its composites.
  std::optional<uint32_t> parse(std::string_view text) const;

private:
  const GfpFlags &kernel;
  std::array<std::array<Gfp, 256>, 4> bytes{};
};

/// The kernel's SLAB_* flags for those of the API.
SlabFlagWord slabFlagsOf(const SlabFlags &kernel, uint32_t api);

} // namespace kmem::sim
