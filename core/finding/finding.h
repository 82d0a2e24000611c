// Stage: finding. What a check claims and everything needed to read, filter, deduplicate and replay it. Plain data;
// every reporter and the replay half work from this alone.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace kmem {

/// A presumed expansion location; file is relative to the source root, line and column are 1-based (0: unknown).
struct SourceLocation {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
  bool operator==(const SourceLocation &) const = default;
  auto operator<=>(const SourceLocation &) const = default;
};

enum class Severity : uint8_t { Note, Warning, Error };
enum class Confidence : uint8_t { Low, Medium, High };
llvm::StringRef toString(Severity severity);
llvm::StringRef toString(Confidence confidence);

/// What a step of a trace is.
enum class StepKind : uint8_t {
  Entry,    ///< where the kernel enters: a registered callback, an ops field
  Context,  ///< where the context was entered: the lock line, local_irq_save, rcu_read_lock
  Call,     ///< a call on the way, in the caller
  Value,    ///< where a flag or size was chosen
  Allocate, ///< where memory was allocated
  Store,    ///< where the pointer was put somewhere
  Free,     ///< where it was released
  Site,     ///< the offending call itself
};
llvm::StringRef toString(StepKind kind);

struct TraceStep {
  SourceLocation location;
  std::string function; ///< the function this location is in
  StepKind kind = StepKind::Call;
  std::string message;
};

struct Finding {
  std::string check;
  Severity severity = Severity::Warning;
  Confidence confidence = Confidence::Medium;
  std::string message;
  SourceLocation location;
  std::string function;
  std::string fingerprint;      ///< stable across unrelated edits: no line numbers in it
  std::string context;          ///< "preempt, irqs_off": what forbids it; empty for checks without a context
  std::vector<TraceStep> trace; ///< from the entry to the site
  unsigned otherPaths = 0;      ///< further paths to the same root cause that are not printed
};

/// 16 hex digits over the parts, each length-prefixed.
std::string makeFingerprint(const std::vector<std::string> &parts);

/// Orders by file, line, column, check, message: the order of every report.
bool reportOrder(const Finding &a, const Finding &b);

} // namespace kmem
