// The command line of kmem-sim as plain data.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kmem::sim {

inline constexpr int exitDone = 0, exitBelow = 1, exitUsage = 2;

enum class Command { None, Conform, Run, Show, List };

struct CommandLine {
  Command command = Command::None;
  std::vector<std::string> files;
  std::string profile;
  unsigned jobs = 0;
  std::string what; ///< list: which list; show: which parts
  // show
  std::string svg;
  unsigned width = 0;
  // conform
  unsigned maxDifferences = 0;
  double require = 0;
  bool quiet = false;
};

llvm::Expected<CommandLine> parseCommandLine(llvm::ArrayRef<const char *> argv);

} // namespace kmem::sim
