// Stage: plan. In: a finding's recipe and the tree. Out: a scenario: its code, the route through it, what is to come
// true at the end. A recipe that does not fit the code is an error that says what is not where it was.
#pragma once

#include "core/finding/finding.h"
#include "runtime/plan/sources.h"
#include "runtime/search/run.h"

namespace kmem::replay {

struct Scenario {
  std::vector<std::string> units;            ///< by the names that findings use
  std::vector<const llvm::Module *> modules; ///< of these units
  std::unique_ptr<Program> program;
  std::vector<Stage> stages; ///< what is run one after another; the last one is the finding's path
  Target target;
  std::set<std::string> named;         ///< functions that are not to be skipped
  Injection injection = {};            ///< what fails by order; the caller's to set
  std::vector<std::string> heldFields; ///< "struct.field", where memory waits between the stages
  double seconds = 0;                  ///< of processor time that making it took, most of it compiling
};

llvm::Expected<Scenario> makeScenario(const Finding &finding, const rules::RuleSet &rules, Sources &sources);

/// The call that a recipe means: in `function`, at that place, of `callee` ("" for a pointer).
llvm::Expected<RouteHop> findHop(const ReplayFunction &function, const SourceLocation &call, llvm::StringRef callee,
                                 Sources &sources);

} // namespace kmem::replay
