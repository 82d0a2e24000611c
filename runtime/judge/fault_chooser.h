// Answers for a run that leaves its script: as recorded up to an allocation that succeeded, which fails now; after that
// the world gives what is usual.
#pragma once

#include "runtime/exec/machine.h"
#include "runtime/search/witness.h"

namespace kmem::replay {

class FaultChooser final : public Chooser {
public:
  /// `failing`: the entry of the script that goes the other way; none for the run without a fault. With `pointers`,
  /// words of which nothing is known are pointers to something rather than 0.
  FaultChooser(const Witness &script, std::optional<size_t> failing, bool pointers, Machine &machine);

  Value input(const Input &input) override;
  std::optional<bool> branch(const Fork &) override { return std::nullopt; }
  std::optional<uint64_t> pick(TermRef, PickFor) override { return std::nullopt; }
  unsigned choose(ChoiceKind kind, std::string_view what, unsigned count) override;
  std::optional<uint64_t> settled(const Value &value) override;
  void shortcut(ShortcutKind, std::string_view) override {}

  /// The allocation has failed.
  bool hasFailed() const { return failed; }
  /// A question came that the script does not have.
  bool hasDiverged() const { return diverged; }
  /// Something of which nothing is known was answered with 0.
  bool hasGuessed() const { return guessed; }

private:
  bool isScripted() const { return next < end; }
  const WitnessEntry *take(WitnessEntry::Kind kind);
  Value fresh(const Input &input);

  const Witness &script;
  const std::optional<size_t> failing;
  const size_t end;
  const bool pointers;
  Machine &machine;
  size_t next = 0;
  bool failed = false, diverged = false, guessed = false;
};

} // namespace kmem::replay
