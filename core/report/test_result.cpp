#include "core/report/test_result.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/JSON.h"

namespace kmem {

TestResult testResultOf(const Finding &finding) {
  if (!finding.verdict)
    return TestResult::Failed;
  switch (finding.verdict->result) {
  case Verdict::Result::Confirmed:
    return TestResult::Failed;
  case Verdict::Result::Refuted:
    return TestResult::Passed;
  case Verdict::Result::Unknown:
    return TestResult::Skipped;
  }
  return TestResult::Failed;
}

std::string placeText(const SourceLocation &location) {
  std::string text = location.file;
  if (location.line)
    text += ":" + std::to_string(location.line);
  if (location.line && location.column)
    text += ":" + std::to_string(location.column);
  return text;
}

std::string verdictText(const Verdict &verdict) {
  std::string text = toString(verdict.result).str();
  if (!verdict.grade.empty())
    text += " " + verdict.grade;
  if (!verdict.reason.empty())
    text += ": " + verdict.reason;
  return text;
}

static void addSteps(llvm::StringRef indent, const std::vector<TraceStep> &steps, std::vector<std::string> &lines) {
  for (const TraceStep &step : steps)
    lines.push_back(indent.str() + placeText(step.location) + ": " + step.message);
}

static void addVerdict(const Verdict &verdict, std::vector<std::string> &lines) {
  lines.push_back("verdict: " + verdictText(verdict));
  for (const std::string &assumption : verdict.assumptions)
    lines.push_back("  assuming that " + assumption);
  for (const ReplayInput &input : verdict.inputs)
    lines.push_back("  " + input.name + " = " + input.value);
  addSteps("  ", verdict.steps, lines);
  llvm::SmallVector<llvm::StringRef> splat;
  llvm::StringRef(verdict.splat).split(splat, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : splat)
    lines.push_back(line.rtrim('\r').str());
}

std::vector<std::string> linesOf(const Finding &finding) {
  std::vector<std::string> lines{toString(finding.severity).str() + ": " + finding.message};
  addSteps("  ", finding.trace, lines);
  if (finding.verdict)
    addVerdict(*finding.verdict, lines);
  for (std::string &line : lines)
    if (!llvm::json::isUTF8(line))
      line = llvm::json::fixUTF8(line);
  return lines;
}

} // namespace kmem
