// KTAP version 1 (Documentation/dev-tools/ktap.rst), a test for each finding. What there is to say about one comes as
// diagnostic lines before its result, where kunit.py takes it for the test's log.
//
//   KTAP version 1
//   1..2
//   # error: kmalloc() with GFP_KERNEL may sleep, but ...
//   not ok 1 kmem-atomic-gfp drivers/a.c:40:10
//   ok 2 kmem-atomic-gfp drivers/b.c:7:9 # SKIP unknown: the loop was cut off

#include "core/report/formats.h"
#include "core/report/test_result.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem {

/// The first '#' ends a description.
static std::string withoutHash(std::string text) {
  std::replace(text.begin(), text.end(), '#', '?');
  return text;
}

static void writeResult(const Finding &finding, size_t number, llvm::raw_ostream &out) {
  TestResult result = testResultOf(finding);
  out << (result == TestResult::Failed ? "not ok " : "ok ") << number << " " << finding.check << " "
      << withoutHash(placeText(finding.location));
  if (result != TestResult::Failed)
    out << (result == TestResult::Skipped ? " # SKIP " : " # ") << verdictText(*finding.verdict);
  out << "\n";
}

void writeKtap(llvm::ArrayRef<Finding> findings, const ReportOptions &, llvm::raw_ostream &out) {
  out << "KTAP version 1\n1.." << findings.size() << "\n";
  for (size_t i = 0; i < findings.size(); ++i) {
    if (testResultOf(findings[i]) == TestResult::Failed)
      for (const std::string &line : linesOf(findings[i]))
        out << "# " << line << "\n";
    writeResult(findings[i], i + 1, out);
  }
}

} // namespace kmem
