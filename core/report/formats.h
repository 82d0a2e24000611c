// Stage: report. The write functions of all formats, one per source file. Private to core/report.
#pragma once

#include "core/report/report.h"

namespace kmem {

void writeText(llvm::ArrayRef<Finding> findings, const ReportOptions &options, llvm::raw_ostream &out);
void writeJunit(llvm::ArrayRef<Finding> findings, const ReportOptions &options, llvm::raw_ostream &out);
void writeKtap(llvm::ArrayRef<Finding> findings, const ReportOptions &options, llvm::raw_ostream &out);
void writeJsonLines(llvm::ArrayRef<Finding> findings, const ReportOptions &options, llvm::raw_ostream &out);

} // namespace kmem
