// matrix: the first report of a call in a context, and the fields of its header. Not reports about lock dependencies
// and about the interrupted task (letters C, D, L, O, T), and no rows where the machine died or that were not executed.
#include "runtime/scenario/comparison.h"
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/matrix_probe.h"
#include "runtime/scenario/matrix_reports.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <regex>

namespace kmem::sim {

namespace {

bool isHandler(llvm::StringRef context) {
  const auto *found = llvm::find_if(matrixContexts(), [&](const MatrixContext &row) { return row.name == context; });
  return found != matrixContexts().end() && found->kind == MatrixContextKind::Interrupt && context != "stop_machine";
}

/// About lock dependencies and the interrupted task.
bool isCompared(char letter) { return !llvm::StringRef("CDLOT").contains(letter); }

char letterOf(llvm::StringRef line) {
  for (const MatrixReport &report : matrixReports)
    if (line.contains(report.text))
      return report.letter;
  return 0;
}

struct FirstReport {
  char letter = '.';
  std::string sleepingFields; ///< of the first "in_atomic(): ..." line and what follows it
};

/// "in_atomic(): 1, irqs_disabled(): 0", "preempt_count: 1", "RCU nest depth: 0" without pid and comm.
std::string headerField(llvm::StringRef line) {
  static const std::regex fields(
      R"(in_atomic\(\): \d+, irqs_disabled\(\): \d+|preempt_count: [0-9a-f]+|RCU nest depth: \d+)");
  std::smatch match;
  const std::string text = line.str();
  return std::regex_search(text, match, fields) ? match.str() : "";
}

FirstReport firstReport(const Record &record) {
  FirstReport report;
  const llvm::json::Array *lines = record.getArray("text");
  if (!lines)
    return report;
  for (const llvm::json::Value &value : *lines) {
    const llvm::StringRef line = value.getAsString().value_or("");
    const char letter = letterOf(line);
    if (report.letter == '.' && letter && isCompared(letter))
      report.letter = letter;
    else if (report.letter != '.' && letter)
      break; // the next report begins
    if (report.letter == 'S')
      if (const std::string field = headerField(line); !field.empty())
        report.sleepingFields += field + "; ";
  }
  return report;
}

/// What the context itself does to preempt_count. A handler finds below that what the interrupted task had, which is a
/// matter of the moment at which the interrupt came.
std::string countOf(const Record &record) {
  constexpr uint64_t hardirqBits = 0xf0000, softirqBits = 0xff00;
  uint64_t count = 0;
  const llvm::StringRef text = record.getString("preempt_count").value_or("");
  if (text.empty() || text.getAsInteger(0, count))
    return "";
  if (count & hardirqBits)
    count &= hardirqBits;
  else if (isHandler(record.getString("ctx").value_or("")))
    count &= softirqBits;
  return hexadecimal(count);
}

} // namespace

bool matrixCounts(const Record &expected, bool) {
  const llvm::StringRef verdict = expected.getString("verdict").value_or("");
  return !verdict.contains('!') && verdict != "K*";
}

Differences compareMatrix(const Pair &pair) {
  Differences differences;
  const FirstReport kernel = firstReport(pair.expected), simulated = firstReport(pair.actual);
  if (kernel.letter != simulated.letter)
    differences.push_back({"verdict", std::string(1, kernel.letter) + " " + render(pair.expected.get("text")),
                           std::string(1, simulated.letter) + " " + render(pair.actual.get("text"))});
  else if (kernel.sleepingFields != simulated.sleepingFields)
    differences.push_back({"header", kernel.sleepingFields, simulated.sleepingFields});
  const std::string expectedCount = countOf(pair.expected), actualCount = countOf(pair.actual);
  if (!expectedCount.empty() && expectedCount != actualCount)
    differences.push_back({"preempt_count", expectedCount, actualCount});
  if (const llvm::json::Value *value = pair.expected.get("irqs_off"))
    if (render(value) != render(pair.actual.get("irqs_off")))
      differences.push_back({"irqs_off", render(value), render(pair.actual.get("irqs_off"))});
  return differences;
}

} // namespace kmem::sim
