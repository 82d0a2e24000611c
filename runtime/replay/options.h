// The command line of kmem-replay as plain data, checked as far as it can be without reading a tree.
#pragma once

#include "core/report/targets.h"
#include "rules/tree/tree.h"
#include "runtime/search/injection.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace kmem::replay {

enum ExitCode { AllDecided = 0, SomeConfirmed = 1, UsageError = 2, SomeFailed = 3, Interrupted = 130 };

enum class Command : uint8_t { Replay, Explain, Again };

struct Options {
  Command command = Command::Replay;
  TreeRequest tree;
  std::string rulesDirectory;
  std::string findings;    ///< Replay, Explain: the file of findings; Again: the saved replay
  std::string fingerprint; ///< Explain: which one, or a beginning of it
  std::string saveFolder;  ///< --save; empty: nothing is saved
  std::string inject;      ///< --inject, as it was given
  Injection injection;
  bool exploreFaults = false;
  std::vector<ReportTarget> reports; ///< never empty
  double seconds = 10;               ///< of processor time for a finding
  unsigned jobs = 1;
  bool quiet = false;
};

/// --help and --version print and exit.
llvm::Expected<Options> parseOptions(llvm::ArrayRef<const char *> argv);

/// Says it; UsageError.
int usageError(llvm::Error error);

} // namespace kmem::replay
