#include "runtime/search/route.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/CFG.h"

#include <cassert>
#include <deque>

namespace kmem::replay {

/// How far every block of the function is from one of the calls, going backwards.
static llvm::DenseMap<const llvm::BasicBlock *, unsigned> distancesTo(llvm::ArrayRef<const llvm::CallBase *> calls) {
  llvm::DenseMap<const llvm::BasicBlock *, unsigned> distances;
  std::deque<const llvm::BasicBlock *> work;
  for (const llvm::CallBase *call : calls)
    if (distances.try_emplace(call->getParent(), 0).second)
      work.push_back(call->getParent());
  for (; !work.empty(); work.pop_front())
    for (const llvm::BasicBlock *before : llvm::predecessors(work.front()))
      if (distances.try_emplace(before, distances.lookup(work.front()) + 1).second)
        work.push_back(before);
  return distances;
}

Route::Route(std::vector<RouteHop> hops) : all(std::move(hops)) {
  assert(!all.empty() && "a route has a function");
  for (const RouteHop &hop : all) {
    distances.push_back(distancesTo(hop.calls));
    comesAgain.push_back(llvm::any_of(hop.calls, [&](const llvm::CallBase *call) {
      return llvm::any_of(llvm::successors(call->getParent()),
                          [&](const llvm::BasicBlock *next) { return distances.back().contains(next); }) ||
             llvm::any_of(hop.calls, [&](const llvm::CallBase *other) {
               return other != call && other->getParent() == call->getParent();
             });
    }));
  }
}

bool Route::leadsOn(size_t hop, const llvm::CallBase *call) const { return llvm::is_contained(all[hop].calls, call); }

std::optional<unsigned> Route::distance(size_t hop, const llvm::BasicBlock *block) const {
  auto it = distances[hop].find(block);
  return it == distances[hop].end() ? std::nullopt : std::optional(it->second);
}

bool Route::mayComeBack(size_t hop, size_t first) const {
  for (size_t above = first; above < hop; ++above)
    if (comesAgain[above])
      return true;
  return false;
}

bool Route::mayPassAgain(size_t first) const {
  const size_t last = all.size() - 1;
  return comesAgain[last] || mayComeBack(last, first);
}

} // namespace kmem::replay
