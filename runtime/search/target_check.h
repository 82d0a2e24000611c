// Whether a finding's claim comes true at its site: what can be told from the arguments before the call is made, and
// what the simulated kernel reports while it is made.
#pragma once

#include "runtime/search/target.h"

namespace kmem::replay {

class TargetCheck {
public:
  TargetCheck(const Target &target, Machine &machine, Models &models, Chooser &chooser)
      : target(target), machine(machine), models(models), chooser(chooser) {}

  /// Whether the claim is true of these arguments; nothing when that could not be decided.
  std::optional<bool> holdsBefore(llvm::ArrayRef<Value> arguments);

  /// Whether it took a decision: the claim is not true of these arguments by themselves.
  bool wasOpen() const { return open; }

private:
  std::optional<bool> decide(const Value &condition);
  std::optional<bool> isTooLarge(llvm::ArrayRef<Value> arguments);
  std::optional<bool> hasFlags(llvm::ArrayRef<Value> arguments);
  std::optional<bool> isForeign(llvm::ArrayRef<Value> arguments);

  const Target &target;
  Machine &machine;
  Models &models;
  Chooser &chooser;
  bool open = true;
};

/// Whether a line of the console says that something must not be done in this context.
bool saysForbidden(llvm::StringRef line);
/// Whether the simulated kernel has said since `mark` that something must not be done in this context.
bool wasContextReported(const sim::Console &console, sim::Console::Mark mark);

} // namespace kmem::replay
