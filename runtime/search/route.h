// The way a finding claims: a function on each level from the entry to the site, each with the call that leads on. A
// search follows it: which block is nearer to the next call, and which can no longer get there.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"

#include <optional>
#include <vector>

namespace kmem::replay {

struct RouteHop {
  const llvm::Function *function = nullptr;
  /// The calls that lead to the next hop, or are the site: as a rule one, more when one place in the source is several.
  llvm::SmallVector<const llvm::CallBase *, 1> calls;
};

class Route {
public:
  /// EXPECTS: at least one hop; every call is in its hop's function.
  explicit Route(std::vector<RouteHop> hops);

  const std::vector<RouteHop> &hops() const { return all; }
  bool leadsOn(size_t hop, const llvm::CallBase *call) const;
  /// Whether the hop has such a call; a route without one at its end is a run that looks for nothing.
  bool leadsSomewhere(size_t hop) const { return !all[hop].calls.empty(); }
  /// Blocks to go from `block` to the hop's call; nothing when it can no longer be reached in this call of the
  /// function.
  std::optional<unsigned> distance(size_t hop, const llvm::BasicBlock *block) const;
  /// Whether a return from `hop` can come back to it: the call stands in a loop of the function above, or another one
  /// follows it there, or so in one further up, down to `first`.
  bool mayComeBack(size_t hop, size_t first) const;
  /// Whether a run from `first` on that goes to `block` of the hop's function does not come to the hop's call any more.
  bool isOutOfReach(size_t hop, const llvm::BasicBlock *block, size_t first) const {
    return !distance(hop, block) && !mayComeBack(hop, first);
  }
  /// Whether the site can come after it was passed.
  bool mayPassAgain(size_t first) const;

private:
  using Distances = llvm::DenseMap<const llvm::BasicBlock *, unsigned>;
  std::vector<RouteHop> all;
  std::vector<Distances> distances; ///< one for each hop
  std::vector<bool> comesAgain;     ///< whether one of the hop's calls can be reached from one of them
};

} // namespace kmem::replay
