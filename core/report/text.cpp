// The format for people: what clang prints, with the way to the site as numbered notes.
//
//   drivers/a.c:40:10: warning: what is wrong [kmem-check]
//      40 |         p = alloc(size, flags);
//         |             ^
//   drivers/a.c:31:2: note: 1. where the context was entered [in a_xmit]
//   verdict: confirmed from the entry point

#include "core/report/formats.h"
#include "core/report/source_lines.h"
#include "core/report/test_result.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem {

namespace {

constexpr unsigned tabWidth = 8;
constexpr unsigned minNumberWidth = 5; ///< line numbers below 100000 stand in one column

using Color = llvm::raw_ostream::Colors;

bool isNamePart(char c) { return llvm::isAlnum(c) || c == '_'; }

/// Whether `text` holds `name` as a whole word.
bool mentions(llvm::StringRef text, llvm::StringRef name) {
  for (size_t at = text.find(name); at != llvm::StringRef::npos; at = text.find(name, at + 1)) {
    size_t end = at + name.size();
    if ((at == 0 || !isNamePart(text[at - 1])) && (end == text.size() || !isNamePart(text[end])))
      return true;
  }
  return false;
}

class TextReport {
public:
  TextReport(const ReportOptions &options, llvm::raw_ostream &out)
      : sources(options.sourceRoot), colored(options.color), out(out) {}

  void write(const Finding &finding) {
    heading(finding);
    snippet(finding.location);
    unsigned number = 0;
    for (const TraceStep &step : finding.trace)
      note(finding, step, ++number);
    if (finding.otherPaths)
      paint(Color::BLACK, true, "note: ")
          << finding.otherPaths << (finding.otherPaths == 1 ? " more path leads" : " more paths lead")
          << " to the same mistake\n";
    if (finding.verdict)
      verdict(*finding.verdict);
    out << "\n";
  }

private:
  void heading(const Finding &finding) {
    place(finding.location);
    Color color = finding.severity == Severity::Error     ? Color::RED
                  : finding.severity == Severity::Warning ? Color::MAGENTA
                                                          : Color::CYAN;
    paint(color, true, toString(finding.severity) + ": ");
    paint(Color::SAVEDCOLOR, true, finding.message) << " [" << finding.check << "]\n";
  }

  void note(const Finding &finding, const TraceStep &step, unsigned number) {
    place(step.location);
    paint(Color::CYAN, true, "note: ") << number << ". " << step.message;
    // A message that names its function need not be told where it stands.
    if (!step.function.empty() && !mentions(step.message, step.function))
      out << " [in " << step.function << "]";
    out << "\n";
    if (step.location != finding.location)
      snippet(step.location);
  }

  void verdict(const Verdict &verdict) {
    Color color = verdict.result == Verdict::Result::Confirmed ? Color::RED
                  : verdict.result == Verdict::Result::Refuted ? Color::GREEN
                                                               : Color::YELLOW;
    paint(color, true, "verdict: ") << verdictText(verdict) << "\n";
    for (const std::string &assumption : verdict.assumptions)
      out << "         assuming that " << assumption << "\n";
  }

  void place(const SourceLocation &location) { paint(Color::SAVEDCOLOR, true, placeText(location) + ": "); }

  /// The source line with tabs spread out, and a caret below the column.
  void snippet(const SourceLocation &location) {
    llvm::StringRef line = sources.line(location.file, location.line);
    if (line.trim().empty())
      return;
    std::string shown;
    size_t caret = 0;
    for (size_t i = 0; i < line.size(); ++i) {
      if (i + 1 == location.column)
        caret = shown.size();
      shown.append(line[i] == '\t' ? tabWidth - shown.size() % tabWidth : 1, line[i] == '\t' ? ' ' : line[i]);
    }
    std::string number = std::to_string(location.line);
    number.insert(0, minNumberWidth - std::min<size_t>(minNumberWidth, number.size()), ' ');
    out << number << " | " << shown << "\n";
    if (location.column && location.column <= line.size())
      paint(Color::GREEN, true, std::string(number.size(), ' ') + " | " + std::string(caret, ' ') + "^") << "\n";
  }

  llvm::raw_ostream &paint(Color color, bool bold, const llvm::Twine &text) {
    if (colored)
      out.changeColor(color, bold);
    out << text;
    if (colored)
      out.resetColor();
    return out;
  }

  SourceLines sources;
  bool colored;
  llvm::raw_ostream &out;
};

} // namespace

void writeText(llvm::ArrayRef<Finding> findings, const ReportOptions &options, llvm::raw_ostream &out) {
  if (options.color)
    out.enable_colors(true);
  TextReport report(options, out);
  for (const Finding &finding : findings)
    report.write(finding);
}

} // namespace kmem
