// Stage: finding. Places in the sources, and the steps a person follows from one to the next.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace kmem {

/// A presumed expansion location; file is relative to the source root, line and column are 1-based (0: unknown).
struct SourceLocation {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
  bool operator==(const SourceLocation &) const = default;
  auto operator<=>(const SourceLocation &) const = default;
};

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
inline constexpr unsigned stepKindCount = unsigned(StepKind::Site) + 1;
llvm::StringRef toString(StepKind kind);

struct TraceStep {
  SourceLocation location;
  std::string function; ///< the function this location is in
  StepKind kind = StepKind::Call;
  std::string message;
  bool operator==(const TraceStep &) const = default;
};

} // namespace kmem
