#include "core/report/formats.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem {

static constexpr ReportFormat formats[] = {
    {"jsonl", "one JSON object per finding and line, described in docs/findings.md", writeJsonLines},
    {"junit", "JUnit XML: a testcase for each finding; one without a verdict failed", writeJunit},
    {"ktap", "KTAP version 1: a test for each finding; one without a verdict failed", writeKtap},
    {"text", "compiler-style messages with the source line and the path as notes", writeText},
};

llvm::ArrayRef<ReportFormat> reportFormats() { return formats; }

const ReportFormat *findReportFormat(llvm::StringRef name) {
  const auto *found = llvm::find_if(formats, [&](const ReportFormat &format) { return format.name == name; });
  return found == std::end(formats) ? nullptr : found;
}

} // namespace kmem
