// Where to turn back to when a path dies of something that was decided long before. Only the order of paths changes.
#include "runtime/search/search.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

static constexpr uint64_t costOfMissed = 100'000; ///< more than any detour
static constexpr size_t maxNeeded = 16;           ///< conditions that order paths, or that paths begin anew with

/// Whether a way leads where the next call cannot be reached any more, while the other one does not.
bool Search::leadsAway(const Fork &fork, bool way) const {
  const llvm::BasicBlock *taken = way ? fork.ifTrue : fork.ifFalse, *other = way ? fork.ifFalse : fork.ifTrue;
  const std::optional<size_t> hop = taken && other ? engine.hopInHand() : std::nullopt;
  if (!hop)
    return false;
  const Stage &stage = engine.stage();
  return stage.route->isOutOfReach(*hop, taken, stage.first) && !stage.route->isOutOfReach(*hop, other, stage.first);
}

/// The site needs a condition that was decided otherwise, as it may have been long before and in another function: the
/// other way of that decision comes first now, before all the ways that end at the same place.
void Search::goBackFor(TermRef condition) {
  const std::vector<uint32_t> &variables = machine.pool.variablesIn(condition);
  auto best = pending.end();
  for (auto it = pending.begin(); it != pending.end(); ++it) {
    const TermRef other = it->second.condition;
    if (other == condition) {
      best = it;
      break;
    }
    auto isAbout = [&](uint32_t variable) { return llvm::is_contained(variables, variable); };
    if (other != noTerm && (best == pending.end() || it->first.number < best->first.number) &&
        llvm::any_of(machine.pool.variablesIn(other), isAbout))
      best = it;
  }
  if (best == pending.end())
    return;
  auto node = pending.extract(best);
  node.key().cost = 0;
  pending.insert(std::move(node));
}

void Search::rememberStart() {
  if (!atStart)
    atStart = forkHere();
}

/// What was missed is about what the run was given, such as which of the objects that there are a pointer leads to.
/// That was settled when it was followed, and no path is left that does it otherwise: one begins anew.
void Search::beginAnew(TermRef condition) {
  auto isGiven = [&](uint32_t variable) {
    return atStart->log.findLast([&](const LogEntry &entry) { return !entry.isChoice && entry.variable == variable; });
  };
  const std::vector<uint32_t> &variables = machine.pool.variablesIn(condition);
  if (!atStart || begunWith.size() == maxNeeded || !llvm::all_of(variables, isGiven) ||
      llvm::none_of(variables, [&](uint32_t variable) { return path.isFixed(variable); }))
    return;
  if (begunWith.insert(condition).second)
    keep(*atStart, condition, 0);
}

static bool misses(const Path &later, TermRef condition, TermRef wrong) {
  return condition == wrong || llvm::is_contained(later.constraints, wrong);
}

/// Paths on which something is not so that others have needed come last: each of them would turn away at the same
/// place.
uint64_t Search::costOfMissing(const Path &later, TermRef condition) const {
  return costOfMissed * uint64_t(llvm::count_if(needed, [&](TermRef other) {
           return misses(later, condition, machine.pool.negation(other));
         }));
}

void Search::need(TermRef condition) {
  if (llvm::is_contained(needed, condition) || needed.size() == maxNeeded)
    return;
  needed.push_back(condition);
  const TermRef wrong = machine.pool.negation(condition);
  std::map<Order, Pending> again;
  for (auto &[order, kept] : pending) {
    const uint64_t more = misses(kept.path, kept.condition, wrong) ? costOfMissed : 0;
    again.emplace(Order{order.cost + more, order.number}, std::move(kept));
  }
  pending = std::move(again);
}

/// After a path: what it would have needed is looked for.
void Search::turnBack() {
  const TermRef condition = std::exchange(missed, noTerm);
  if (condition == noTerm)
    return;
  need(condition);
  goBackFor(condition);
  beginAnew(condition);
}

} // namespace kmem::replay
