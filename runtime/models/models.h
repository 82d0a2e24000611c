// Kernel primitives as the simulated kernel does them: the allocators, locks, interrupts and bottom halves, RCU,
// waiting, user copies, strings, messages, device registers. Which function is which primitive is said by the `model:`
// keys of the rules; what a rule says besides (arguments, contexts) is what its model goes by. A function without a
// model of its own whose rule tells what it does (allocates, releases, sleeps, changes the context) does that and no
// more.
//
// Everything that is left open is asked of the run's Chooser. What kills the thread is thrown as sim::Death, after the
// simulated kernel has printed its report.
#pragma once

#include "rules/lib/rules.h"
#include "runtime/exec/interpreter.h"
#include "runtime/exec/machine.h"
#include "runtime/models/model_state.h"

#include <memory>

namespace kmem::replay {

/// Integers that the tree defines, by the name of the rule value: GFP bits, limits.
using TreeValues = llvm::StringMap<int64_t>;

class Models {
public:
  /// All of them must outlive the models.
  Models(const rules::RuleSet &rules, const TreeValues &values, Machine &machine);
  ~Models();

  /// What calling `callee` does, when a rule speaks for it and its body is not to be entered instead; else nothing.
  std::optional<Environment::CallOutcome> call(const CallSite &site, llvm::StringRef callee,
                                               llvm::ArrayRef<Value> arguments, Chooser &chooser);
  /// A function that is not there: any result of its type; what its pointer arguments reach may have changed.
  Environment::CallOutcome stub(const CallSite &site, llvm::StringRef callee, llvm::ArrayRef<Value> arguments,
                                Chooser &chooser);
  /// Puts the CPU into a context before the run begins: so many of each component.
  void enter(const ContextCounts &context);

  const ModelState &state() const { return now; }
  void restore(const ModelState &state) { now = state; }

  /// The memory that starts at `address` or holds it, as the models gave it out; null for any other.
  const Allocation *allocationAt(Address address) const;

private:
  const rules::RuleSet &rules;
  const TreeValues &values;
  Machine &machine;
  ModelState now;
};

} // namespace kmem::replay
