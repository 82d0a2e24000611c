// A scenario as it is written: a machine and the steps to do on it, one JSON object a line. Reading checks everything
// that can be known before a run (operations, arguments, names, contexts, the machine itself) and tells every problem
// with file and line; only a scenario without problems can be run.
#pragma once

#include "runtime/kernel/profile.h"
#include "runtime/scenario/scenario_argument.h"

namespace kmem::sim {

/// One line.
struct ScenarioStep {
  unsigned line; ///< in the file, from 1
  const Operation *operation;
  Record written; ///< the arguments as spelled
  std::map<std::string, ParsedArgument> arguments;
  std::string as;                    ///< the name it gives, or ""
  std::vector<std::string> contexts; ///< "in", outermost first
  Record expect;                     ///< what the result must have; see unmetBy()
};

struct Scenario {
  std::string path;
  Profile profile;
  uint64_t seed = 0;
  bool warnOnce = false; ///< one-shot warnings come once, as in a kernel, and not in every step anew
  std::vector<ScenarioStep> steps;
};

/// "FILE:3: unknown operation 'kmaloc'; did you mean 'kmalloc'?"
using Problems = std::vector<std::string>;

/// Nothing when there are problems. `path` is for messages only.
std::optional<Scenario> parseScenario(llvm::StringRef text, llvm::StringRef path, Problems &problems);
std::optional<Scenario> readScenario(llvm::StringRef path, Problems &problems);

/// Without a first line that says otherwise.
inline constexpr llvm::StringLiteral defaultProfile("612dbg");

} // namespace kmem::sim
