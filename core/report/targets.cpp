#include "core/report/targets.h"

#include "core/support/atomic_file.h"

#include "llvm/Support/Process.h"

namespace kmem {

llvm::Expected<std::vector<ReportTarget>> parseReportTargets(llvm::ArrayRef<std::string> texts) {
  std::vector<ReportTarget> targets;
  for (llvm::StringRef text : texts) {
    auto [format, file] = text.split('=');
    if (!findReportFormat(format))
      return llvm::createStringError("--report: unknown format '" + format + "'");
    targets.push_back({format.str(), file.str()});
  }
  if (targets.empty())
    targets.push_back({"text", ""});
  return targets;
}

llvm::Error writeReports(llvm::ArrayRef<Finding> findings, llvm::ArrayRef<ReportTarget> targets,
                         const std::string &sourceRoot, std::optional<bool> color) {
  for (const ReportTarget &target : targets) {
    const ReportFormat *format = findReportFormat(target.format);
    assert(format && "parseReportTargets() let it through");
    if (target.file.empty() || target.file == "-") {
      format->write(findings, {sourceRoot, color.value_or(llvm::sys::Process::StandardOutHasColors())}, llvm::outs());
      llvm::outs().flush();
      continue;
    }
    std::string text;
    llvm::raw_string_ostream out(text);
    format->write(findings, {sourceRoot, color.value_or(false)}, out);
    if (llvm::Error error = writeAtomically(target.file, text))
      return error;
  }
  return llvm::Error::success();
}

} // namespace kmem
