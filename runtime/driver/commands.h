// The commands of kmem-sim; each prints to standard output, complaints and progress to standard error, and returns the
// exit code.
#pragma once

#include "runtime/driver/command_line.h"

namespace kmem::sim {

int runConform(const CommandLine &line);
int runScenarioFile(const CommandLine &line);
int runShow(const CommandLine &line);
int runList(const CommandLine &line);

/// The whole program.
int runSimProgram(llvm::ArrayRef<const char *> argv);

} // namespace kmem::sim
