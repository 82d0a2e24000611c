// Stage: report. Where reports go, as --report of every program says it.
#pragma once

#include "core/report/report.h"

#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace kmem {

/// "jsonl=FILE"; an empty file is standard output.
struct ReportTarget {
  std::string format;
  std::string file;
};

/// What --report options say; without any, text on standard output. An error names the format that there is not.
llvm::Expected<std::vector<ReportTarget>> parseReportTargets(llvm::ArrayRef<std::string> texts);

/// Writes every report; files are replaced as a whole. `color`: nothing means on a terminal only. An error names the
/// file.
llvm::Error writeReports(llvm::ArrayRef<Finding> findings, llvm::ArrayRef<ReportTarget> targets,
                         const std::string &sourceRoot, std::optional<bool> color);

} // namespace kmem
