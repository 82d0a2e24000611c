#include "runtime/driver/load_scenario.h"

#include "llvm/Support/raw_ostream.h"

namespace kmem::sim {

/// More are not told: they follow from the first ones.
static constexpr size_t mostProblems = 20;

std::optional<Scenario> loadScenario(llvm::StringRef path) {
  Problems problems;
  std::optional<Scenario> scenario = readScenario(path, problems);
  for (size_t i = 0; i < problems.size() && i < mostProblems; ++i)
    llvm::errs() << problems[i] << "\n";
  if (problems.size() > mostProblems)
    llvm::errs() << "... and " << problems.size() - mostProblems << " more problems\n";
  return scenario;
}

} // namespace kmem::sim
