// GFP flags as the analysed tree numbers them, and as the simulated kernel does: bit by bit, by name. What only one of
// them has is dropped.
#pragma once

#include "runtime/kernel/gfp.h"

#include "llvm/ADT/StringMap.h"

#include <vector>

namespace kmem::replay {

/// Integers that the tree defines, by the name of the rule value: GFP bits, limits.
using TreeValues = llvm::StringMap<int64_t>;

class GfpBits {
public:
  GfpBits(const TreeValues &values, const sim::GfpFlags &kernel);

  sim::Gfp toKernel(uint64_t tree) const;
  /// Of a name in rules/values.yaml, as the simulated kernel defines it; 0 when it does not.
  sim::Gfp named(llvm::StringRef name) const;

private:
  struct Bit {
    uint64_t tree;
    sim::Gfp kernel;
  };
  const sim::GfpFlags &kernel;
  std::vector<Bit> bits;
};

} // namespace kmem::replay
