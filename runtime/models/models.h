// Kernel primitives as the simulated kernel does them: the allocators, locks, interrupts and bottom halves, RCU,
// waiting, user copies, strings, messages, device registers. Which function is which primitive is said by the `model:`
// keys of the rules; what a rule says besides (arguments, contexts) is what its model goes by. A function without a
// model of its own is run by its body; where there is none, its rule tells what it does (allocates, releases, sleeps,
// changes the context), and it does that and no more.
//
// Everything that is left open is asked of the run's Chooser. What kills the thread is thrown as sim::Death, after the
// simulated kernel has printed its report.
#pragma once

#include "rules/lib/rules.h"
#include "runtime/exec/interpreter.h"
#include "runtime/exec/machine.h"
#include "runtime/models/gfp_bits.h"
#include "runtime/models/model_state.h"

#include <memory>

namespace kmem::replay {

class Models {
public:
  /// All of them must outlive the models. EXPECTS: checkModels(rules) found nothing (runtime/models/registry.h).
  Models(const rules::RuleSet &rules, const TreeValues &values, Machine &machine);
  ~Models();

  /// What calling `callee` does, when a rule speaks for it and its body is not to be entered instead; else nothing.
  /// Asked once for each call that the run makes: a rule for a body that is entered may have checked the context.
  std::optional<Environment::CallOutcome> call(const CallSite &site, llvm::StringRef callee,
                                               llvm::ArrayRef<Value> arguments, Chooser &chooser);
  /// A function that is not there, or whose body is not to be run: what its rule says, else any result of its type;
  /// what its pointer arguments reach may have changed.
  Environment::CallOutcome stub(const CallSite &site, llvm::StringRef callee, llvm::ArrayRef<Value> arguments,
                                Chooser &chooser);
  /// Puts the CPU into a context before the run begins: so many of each component.
  void enter(const ContextCounts &context);

  const ModelState &state() const { return now; }
  void restore(const ModelState &state) { now = state; }

  /// The memory that starts at `address` or holds it, as the models gave it out; null for any other.
  const Allocation *allocationAt(Address address) const;

private:
  struct Known;
  const Known &known(llvm::StringRef callee);

  const rules::RuleSet &rules;
  Machine &machine;
  const GfpBits gfpBits;
  ModelState now;
  llvm::StringMap<std::unique_ptr<Known>> callees; ///< rules and models by the callee's name, once looked up
};

} // namespace kmem::replay
