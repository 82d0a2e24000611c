#include "runtime/driver/commands.h"

#include "runtime/driver/load_scenario.h"
#include "runtime/scenario/scenario_run.h"

#include "llvm/Support/raw_ostream.h"

namespace kmem::sim {

int runScenarioFile(const CommandLine &line) {
  const std::optional<Scenario> scenario = loadScenario(line.files.front());
  if (!scenario)
    return exitUsage;
  ScenarioRun run(*scenario);
  const bool asExpected = run.run([](const Record &record) { llvm::outs() << resultLine(record) << "\n"; });
  return asExpected ? exitDone : exitBelow;
}

} // namespace kmem::sim
