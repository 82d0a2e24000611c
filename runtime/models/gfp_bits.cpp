#include "runtime/models/gfp_bits.h"

#include <bit>
#include <string_view>

namespace kmem::replay {

GfpBits::GfpBits(const TreeValues &values, const sim::GfpFlags &kernel) : kernel(kernel) {
  for (const auto &value : values) {
    const llvm::StringRef name = value.getKey();
    if (!name.starts_with("__GFP_") || !std::has_single_bit(uint64_t(value.getValue())))
      continue; // a composite: its bits have names of their own
    if (const sim::Gfp flag = named(name))
      bits.push_back({uint64_t(value.getValue()), flag});
  }
}

sim::Gfp GfpBits::toKernel(uint64_t tree) const {
  sim::Gfp flags = 0;
  for (const Bit &bit : bits)
    if (tree & bit.tree)
      flags |= bit.kernel;
  return flags;
}

sim::Gfp GfpBits::named(llvm::StringRef name) const {
  return kernel.named(std::string_view(name.data(), name.size())).value_or(0);
}

} // namespace kmem::replay
