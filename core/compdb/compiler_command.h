// Stage: compdb. The parts of a compiler's command line that say what it reads and writes, for a program that stands in
// for one.
#pragma once

#include "core/compdb/compile_database.h"

namespace kmem {

/// `cc <flags> -c in.c -o out -MD -MF out.d -MT target`
struct CompilerCommand {
  std::vector<std::string> inputs; ///< as spelled
  std::string output;              ///< -o; empty when absent
  bool writesDependencies = false; ///< -MD or -MMD
  std::string dependencyFile;      ///< -MF; empty when absent
  std::string dependencyTarget;    ///< -MT or -MQ; empty when absent
};

/// `arguments` without argv[0].
CompilerCommand parseCompilerCommand(llvm::ArrayRef<std::string> arguments);

} // namespace kmem
