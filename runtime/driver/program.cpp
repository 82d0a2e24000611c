#include "runtime/driver/commands.h"

#include "llvm/Support/WithColor.h"

namespace kmem::sim {

int runSimProgram(llvm::ArrayRef<const char *> argv) {
  auto line = parseCommandLine(argv);
  if (!line) {
    llvm::WithColor::error(llvm::errs(), "kmem-sim") << llvm::toString(line.takeError()) << "\n";
    return exitUsage;
  }
  switch (line->command) {
  case Command::Conform:
    return runConform(*line);
  case Command::Run:
    return runScenarioFile(*line);
  case Command::Show:
    return runShow(*line);
  case Command::List:
    return runList(*line);
  case Command::None:
    break;
  }
  llvm::WithColor::error(llvm::errs(), "kmem-sim") << "which command? See kmem-sim --help\n";
  return exitUsage;
}

} // namespace kmem::sim
