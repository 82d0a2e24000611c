#include "checker/driver/outcome.h"

#include "checker/driver/pipeline.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace kmem {

/// Diagnostics printed for a failed unit; the first one is nearly always the cause of the others.
static constexpr unsigned maxDiagnosticsPerUnit = 3;

static std::string counted(size_t count, llvm::StringRef word) {
  return std::to_string(count) + " " + word.str() + (count == 1 ? "" : "s");
}

static void sayFailure(const Tree &tree, size_t unit, llvm::StringRef failure, Console &console) {
  llvm::SmallVector<llvm::StringRef> lines;
  failure.split(lines, '\n', -1, /*KeepEmpty=*/false);
  std::string text = "skipped " + tree.name(tree.units[unit]);
  for (llvm::StringRef line : llvm::ArrayRef(lines).take_front(maxDiagnosticsPerUnit))
    text += "\n    " + line.str();
  console.warning(text);
}

static std::string summaryLine(const FilteredFindings &shown, size_t units, size_t failed) {
  size_t errors = 0, warnings = 0;
  for (const Finding &finding : shown.findings) {
    errors += finding.severity == Severity::Error;
    warnings += finding.severity == Severity::Warning;
  }
  std::string text =
      counted(units, "translation unit") + ": " + counted(errors, "error") + ", " + counted(warnings, "warning");
  if (size_t notes = shown.findings.size() - errors - warnings)
    text += ", " + counted(notes, "note");
  if (shown.suppressedByComment)
    text += "; " + std::to_string(shown.suppressedByComment) + " suppressed by NOLINT";
  if (shown.suppressedByFilter)
    text += "; " + std::to_string(shown.suppressedByFilter) + " elsewhere";
  if (shown.notConfirmed)
    text += "; " + std::to_string(shown.notConfirmed) + " not confirmed";
  if (failed)
    text += "; " + counted(failed, "unit") + " failed";
  return text + ".";
}

int conclude(const FilteredFindings &shown, const SummaryStage &summaries, const Tree &tree, const Options &options,
             Console &console) {
  size_t failed = 0;
  for (size_t i = 0; i < tree.units.size(); ++i) {
    if (summaries.results()[i].summary)
      continue;
    ++failed;
    sayFailure(tree, i, summaries.results()[i].failure, console);
  }
  console.say(summaryLine(shown, tree.units.size(), failed));
  if (failed)
    return UnitFailed;
  bool isFailure = options.failOn && llvm::any_of(shown.findings, [&](const Finding &finding) {
                     bool refuted = finding.verdict && finding.verdict->result == Verdict::Result::Refuted;
                     return finding.severity >= *options.failOn && !refuted;
                   });
  return isFailure ? Findings : Clean;
}

int sayInterrupted(const SummaryStage &summaries, Console &console) {
  console.error("interrupted; " + std::to_string(summaries.madeCount()) + " new summaries are kept");
  return Interrupted;
}

} // namespace kmem
