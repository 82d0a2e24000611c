// JUnit's XML as Jenkins, GitLab and others read it: a testcase for each finding. Its class is the check, its name the
// place and the function.

#include "core/report/formats.h"
#include "core/report/test_result.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"

namespace kmem {

/// XML 1.0 has no way to write most control characters.
static std::string escaped(llvm::StringRef raw) {
  std::string text = llvm::json::isUTF8(raw) ? raw.str() : llvm::json::fixUTF8(raw), result;
  for (char c : text) {
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += uint8_t(c) < ' ' && c != '\t' && c != '\n' ? '?' : c;
    }
  }
  return result;
}

static void writeFailure(const Finding &finding, llvm::raw_ostream &out) {
  out << "      <failure type=\"" << toString(finding.severity) << "\" message=\"" << escaped(finding.message) << "\">";
  llvm::interleave(linesOf(finding), out, [&](const std::string &line) { out << escaped(line); }, "\n");
  out << "</failure>\n";
}

static void writeCase(const Finding &finding, llvm::raw_ostream &out) {
  std::string name = placeText(finding.location) + (finding.function.empty() ? "" : " " + finding.function + "()");
  out << "    <testcase classname=\"" << escaped(finding.check) << "\" name=\"" << escaped(name) << "\" file=\""
      << escaped(finding.location.file) << "\" line=\"" << finding.location.line << "\">\n";
  switch (testResultOf(finding)) {
  case TestResult::Failed:
    writeFailure(finding, out);
    break;
  case TestResult::Skipped:
    out << "      <skipped message=\"" << escaped(verdictText(*finding.verdict)) << "\"/>\n";
    break;
  case TestResult::Passed:
    out << "      <system-out>" << escaped(verdictText(*finding.verdict)) << "</system-out>\n";
    break;
  }
  out << "    </testcase>\n";
}

void writeJunit(llvm::ArrayRef<Finding> findings, const ReportOptions &, llvm::raw_ostream &out) {
  auto count = [&](TestResult result) {
    return llvm::count_if(findings, [&](const Finding &finding) { return testResultOf(finding) == result; });
  };
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"kmem-tidy\" tests=\""
      << findings.size() << "\" failures=\"" << count(TestResult::Failed) << "\" errors=\"0\" skipped=\""
      << count(TestResult::Skipped) << "\">\n";
  for (const Finding &finding : findings)
    writeCase(finding, out);
  out << "  </testsuite>\n</testsuites>\n";
}

} // namespace kmem
