// Stage: finding. What a check claims and everything needed to read, filter, deduplicate and replay it. Plain data;
// every reporter and the replay half work from this alone.
#pragma once

#include "core/finding/replay_recipe.h"
#include "core/finding/trace.h"
#include "core/finding/verdict.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kmem {

/// Raised when a key of the JSON form changes its meaning or goes away; new keys do not raise it.
inline constexpr unsigned findingVersion = 1;

enum class Severity : uint8_t { Note, Warning, Error };
enum class Confidence : uint8_t { Low, Medium, High };
inline constexpr unsigned severityCount = unsigned(Severity::Error) + 1;
inline constexpr unsigned confidenceCount = unsigned(Confidence::High) + 1;
llvm::StringRef toString(Severity severity);
llvm::StringRef toString(Confidence confidence);

struct Finding {
  std::string check;
  Severity severity = Severity::Warning;
  Confidence confidence = Confidence::Medium;
  std::string message;
  SourceLocation location;
  std::string function;
  std::string fingerprint;            ///< stable across unrelated edits: no line numbers in it
  std::string context;                ///< "preempt, irqs_off": what forbids it; empty for checks without a context
  std::vector<TraceStep> trace;       ///< from the entry to the site
  unsigned otherPaths = 0;            ///< further paths to the same root cause that are not printed
  std::optional<ReplayRecipe> replay; ///< every check gives one
  std::optional<Verdict> verdict;     ///< nothing: not replayed
  bool operator==(const Finding &) const = default;
};

/// 16 hex digits over the parts, each length-prefixed.
std::string makeFingerprint(const std::vector<std::string> &parts);

/// Orders by file, line, column, check, message: the order of every report.
bool reportOrder(const Finding &a, const Finding &b);

} // namespace kmem
