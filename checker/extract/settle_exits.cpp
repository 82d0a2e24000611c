#include "checker/extract/settle_exits.h"

#include "llvm/ADT/STLExtras.h"

#include <cstdlib>

namespace kmem::extract {

using namespace summary;

static bool disjoint(uint64_t lowA, uint64_t highA, uint64_t lowB, uint64_t highB) {
  return highA < lowB || highB < lowA;
}

static bool contradicts(const Atom &a, const Atom &b) {
  if (a.value != b.value || (a.outside && b.outside))
    return false;
  if (!a.outside && !b.outside)
    return disjoint(a.low, a.high, b.low, b.high);
  const Atom &inside = a.outside ? b : a, &outside = a.outside ? a : b;
  return inside.low >= outside.low && inside.high <= outside.high;
}

static bool distinguishable(const Exit &a, const Exit &b) {
  bool byValue = disjoint(a.low, a.high, b.low, b.high) || (a.nonZero && b.high == 0) || (b.nonZero && a.high == 0);
  return byValue || llvm::any_of(a.guard, [&](const Atom &left) {
           return llvm::any_of(b.guard, [&](const Atom &right) { return contradicts(left, right); });
         });
}

static int8_t nearerToZero(int8_t a, int8_t b) {
  if ((a < 0) != (b < 0))
    return 0;
  return std::abs(a) < std::abs(b) ? a : b;
}

static ContextDelta common(const ContextDelta &a, const ContextDelta &b) {
  ContextDelta c;
  c.preempt = nearerToZero(a.preempt, b.preempt);
  c.softirq = nearerToZero(a.softirq, b.softirq);
  c.rcu = nearerToZero(a.rcu, b.rcu);
  c.irqs = a.irqs == b.irqs ? a.irqs : IrqState::Unchanged;
  return c;
}

static Exit joined(const Exit &a, const Exit &b) {
  Exit exit;
  exit.delta = common(a.delta, b.delta);
  exit.held = std::abs(a.delta.preempt) < std::abs(b.delta.preempt) ? a.held : b.held;
  for (const Atom &atom : a.guard)
    if (llvm::is_contained(b.guard, atom))
      exit.guard.push_back(atom);
  exit.value = a.value == b.value ? a.value : unknownExpr;
  exit.low = std::min(a.low, b.low);
  exit.high = std::max(a.high, b.high);
  exit.nonZero = a.nonZero && b.nonZero;
  return exit;
}

void settleExits(FunctionSummary &function) {
  std::vector<Exit> &exits = function.exits;
  for (size_t i = 0; i < exits.size(); ++i)
    for (size_t j = i + 1; j < exits.size(); ++j) {
      if (exits[i].delta == exits[j].delta || distinguishable(exits[i], exits[j]))
        continue;
      exits[i] = joined(exits[i], exits[j]);
      exits.erase(exits.begin() + long(j));
      j = i; // the joined exit may now meet others
    }
}

} // namespace kmem::extract
