// Stage: report. In: findings in report order. Out: one text of one format. Nothing but the findings and the source
// lines they point at goes into a report: no time, no machine path, so equal findings give equal bytes.
//
// A format is one .cpp here that defines its `write` function, and one row in formats.cpp.
#pragma once

#include "core/finding/finding.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem {

struct ReportOptions {
  std::string sourceRoot; ///< where relative paths are looked up for the source lines
  bool color = false;
};

struct ReportFormat {
  llvm::StringLiteral name;
  llvm::StringLiteral description;
  void (*write)(llvm::ArrayRef<Finding> findings, const ReportOptions &options, llvm::raw_ostream &out);
};

/// Every format, by name.
llvm::ArrayRef<ReportFormat> reportFormats();
/// Null when there is no such format.
const ReportFormat *findReportFormat(llvm::StringRef name);

} // namespace kmem
