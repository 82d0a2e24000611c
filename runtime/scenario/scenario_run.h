// Runs a scenario that has been read without problems and tells each step's result. What kills the thread or the
// machine is a result like any other: after an oops the steps go on in a new thread, after a panic or a hang they are
// not run until a snapshot is restored.
#pragma once

#include "runtime/scenario/scenario_file.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace kmem::sim {

/// A name of a running scenario and who gave it.
struct NamedStep {
  std::string name;
  NamedValue value;
  unsigned line;
  std::string operation;
};

class ScenarioRun {
public:
  explicit ScenarioRun(const Scenario &scenario);
  ~ScenarioRun();

  /// Runs all steps; `tell` gets one record for each, with "line" and "op", and with "unmet" when it is not what the
  /// step expects. True when everything was as expected.
  bool run(llvm::function_ref<void(const Record &)> tell);

  System &system();
  /// Names with their values, in the order in which they were given.
  std::vector<NamedStep> names() const;

private:
  struct Parts;
  std::unique_ptr<Parts> parts;
};

/// The fields of `expect` that `result` does not have so. "console" lists parts of lines that must be there in this
/// order; an empty list is silence.
Record unmetBy(const Record &expect, const Record &result);

/// One line of JSON: line, op, args, as, result first, the console last.
std::string resultLine(const Record &record);

} // namespace kmem::sim
