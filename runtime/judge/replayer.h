// A witness run again: a machine that knows no symbols, every input and every choice from the script. What comes true
// here came true in the simulated kernel and nowhere else.
#pragma once

#include "runtime/search/run.h"
#include "runtime/search/witness.h"

namespace kmem::replay {

/// Answers from a witness, in order. A question the witness does not have means that the run is another one.
class ScriptedChooser final : public Chooser {
public:
  explicit ScriptedChooser(const Witness &script) : script(script) {}

  Value input(const Input &input) override;
  std::optional<bool> branch(const Fork &) override { return diverged("a condition with symbols"); }
  std::optional<uint64_t> pick(TermRef, PickFor) override { return diverged("a value with symbols"); }
  unsigned choose(ChoiceKind kind, std::string_view what, unsigned count) override;
  void shortcut(ShortcutKind, std::string_view) override {}

  /// What did not fit the script first; "" when all did.
  const std::string &divergence() const { return firstDivergence; }
  size_t used() const { return next; }

private:
  std::nullopt_t diverged(std::string_view what);
  const WitnessEntry *take(WitnessEntry::Kind kind);

  const Witness &script;
  size_t next = 0;
  std::string firstDivergence;
};

} // namespace kmem::replay
