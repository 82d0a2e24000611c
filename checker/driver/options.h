// Stage: driver. What the user asked for, checked as far as it can be without reading a tree. Command line and
// configuration files end here: nothing behind this knows where a setting came from.
#pragma once

#include "checker/driver/glob_list.h"
#include "checker/driver/line_filter.h"
#include "checker/driver/stages.h"
#include "core/finding/finding.h"
#include "core/report/targets.h"
#include "rules/tree/tree.h"

#include <optional>

namespace kmem {

enum class Action { Analyse, ListChecks, ExplainCheck, ListRules, VerifyRules, Dump };

struct Options : TreeRequest {
  Action action = Action::Analyse;
  std::string subject;                          ///< ExplainCheck: the check
  DumpStage stage = DumpStage::CompileDatabase; ///< Dump

  std::string rulesDirectory, cacheDirectory;
  unsigned jobs = 1;

  GlobList checks, warningsAsErrors;
  std::string headerFilter; ///< empty: every header
  LineFilter lineFilter;
  bool suspect = false; ///< every site a check looks at, whatever it thinks of it
  bool replay = false, onlyConfirmed = false;
  std::optional<Severity> failOn = Severity::Warning; ///< nothing: never

  std::vector<ReportTarget> reports; ///< never empty
  bool quiet = false;
  std::optional<bool> color; ///< nothing: when writing to a terminal
};

/// Reads the command line and the .kmem-tidy files above the first path. Errors are usage errors (exit code 2).
/// --help and --version print and exit.
llvm::Expected<Options> parseOptions(llvm::ArrayRef<const char *> argv);

} // namespace kmem
