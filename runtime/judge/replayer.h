// A witness run again: a machine that knows no symbols, every input and every choice from the script. What comes true
// here came true in the simulated kernel and nowhere else.
#pragma once

#include "runtime/judge/step_recorder.h"
#include "runtime/search/witness.h"

namespace kmem::replay {

/// Answers from a witness, in order. A question the witness does not have means that the run is another one.
class ScriptedChooser final : public Chooser {
public:
  ScriptedChooser(const Witness &script, LazyObjects &objects) : script(script), objects(objects) {}

  Value input(const Input &input) override;
  std::optional<bool> branch(const Fork &) override { return diverged("a condition with symbols"); }
  std::optional<uint64_t> pick(TermRef, PickFor) override { return diverged("a value with symbols"); }
  unsigned choose(ChoiceKind kind, std::string_view what, unsigned count) override;
  std::optional<uint64_t> settled(const Value &value) override;
  void shortcut(ShortcutKind, std::string_view) override {}

  /// What did not fit the script first; "" when all did.
  const std::string &divergence() const { return firstDivergence; }

private:
  std::nullopt_t diverged(std::string_view what);
  const WitnessEntry *take(WitnessEntry::Kind kind);

  const Witness &script;
  LazyObjects &objects;
  size_t next = 0;
  std::string firstDivergence;
};

/// A script knows its objects by their places; a pointer that leads to one says what type it has.
void learnType(LazyObjects &objects, Address base, const Input &input);

struct ReplayRun {
  bool met = false;
  std::string problem; ///< why it was not met, or did not follow the script
  std::vector<ReplayStep> steps;
  CpuContext end;                                   ///< what the CPU was doing when the run was over
  std::vector<std::string> report;                  ///< what the kernel printed at the site
  std::vector<const llvm::Instruction *> callTrace; ///< innermost first
  uint64_t instructions = 0;
};

/// Runs `plan` on a machine of its own with the witness' inputs and choices.
ReplayRun replay(const RunPlan &plan, const Witness &witness, Program &program, const sim::Profile &profile,
                 const rules::RuleSet &rules, const TreeValues &values);

} // namespace kmem::replay
