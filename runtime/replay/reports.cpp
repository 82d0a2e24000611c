#include "runtime/replay/reports.h"

#include "core/report/report.h"
#include "core/support/atomic_file.h"

#include "llvm/Support/Process.h"

namespace kmem::replay {

int usageError(llvm::Error error) {
  llvm::errs() << "kmem-replay: error: " << llvm::toString(std::move(error)) << "\n";
  return UsageError;
}

llvm::Error writeReports(llvm::ArrayRef<Finding> findings, const Options &options, const Tree &tree) {
  for (const ReportTarget &target : options.reports) {
    const ReportFormat &format = *findReportFormat(target.format);
    if (target.file.empty() || target.file == "-") {
      format.write(findings, {tree.sourceRoot, llvm::sys::Process::StandardOutHasColors()}, llvm::outs());
      llvm::outs().flush();
      continue;
    }
    std::string text;
    llvm::raw_string_ostream out(text);
    format.write(findings, {tree.sourceRoot, false}, out);
    if (llvm::Error error = writeAtomically(target.file, text))
      return error;
  }
  return llvm::Error::success();
}

} // namespace kmem::replay
