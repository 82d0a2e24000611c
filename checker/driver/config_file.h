// Stage: driver. .kmem-tidy: YAML settings of a project, found upwards as .clang-tidy is.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace kmem {

/// Keys as in the file; what is absent is left to the defaults.
struct ConfigFile {
  std::optional<std::string> checks;           ///< Checks
  std::optional<std::string> warningsAsErrors; ///< WarningsAsErrors
  std::optional<std::string> headerFilter;     ///< HeaderFilterRegex
  std::vector<std::string> extraArguments;     ///< ExtraArgs
  std::optional<std::string> failOn;           ///< FailOn: note, warning, error or never
  bool inheritParent = false;                  ///< InheritParentConfig
};

/// Unknown keys and wrong types are errors of the form "file:line: what".
llvm::Expected<ConfigFile> readConfigFile(llvm::StringRef path);

/// The nearest .kmem-tidy at or above `folder`, over those further up as far as each asks for its parent.
llvm::Expected<ConfigFile> findConfig(llvm::StringRef folder);

/// `near` over `far`: lists are joined, of single values the nearer one wins.
ConfigFile combine(ConfigFile far, const ConfigFile &near);

} // namespace kmem
