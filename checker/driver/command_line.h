// Stage: driver. The command line of kmem-tidy as spelled, word for word; options.h makes sense of it. Private to the
// driver.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace kmem {

struct CommandLine {
  std::string databasePath, checks, warningsAsErrors, explain, useColor, headerFilter, lineFilter, configFile,
      sourceRoot, rulesDirectory, cacheDirectory, dump, failOn;
  std::vector<std::string> paths, extraArguments, reports;
  std::optional<std::vector<std::string>> fixedFlags; ///< behind "--"
  unsigned jobs = 0;
  bool listChecks = false, listRules = false, verifyRules = false, onlyThese = false, quiet = false, suspect = false,
       replay = false, onlyConfirmed = false;
};

llvm::Expected<CommandLine> parseCommandLine(llvm::ArrayRef<const char *> argv);

} // namespace kmem
