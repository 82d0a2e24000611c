// One run of the measure: whether a call can be driven to from a function above it, and if not, what was in the way.
#pragma once

#include "runtime/exec/program.h"
#include "runtime/replay/replay_tree.h"
#include "tests/bench/reach/targets.h"

namespace kmem::bench {

enum class Reached : uint8_t {
  Replayed, ///< found, and met again without symbols
  Diverged, ///< found, but not met again
  NoPath,   ///< every way was gone, and nothing was cut
  Cut,      ///< no way left, but limits or shortcuts hid some
  Limit,    ///< of time
  Crashed,
};
inline constexpr const char *reachedNames[] = {"replayed", "diverged", "no path", "cut", "limit", "crashed"};

struct Attempt {
  unsigned level = 0;
  Reached reached = Reached::Crashed;
  double seconds = 0; ///< of processor time, all searches
  uint64_t steps = 0;
  std::string entry, site; ///< the function it starts in; "function at place"
  std::string blockedBy;   ///< why the most advanced path ended
  std::string blockedAt;   ///< "function file:line"
  std::string shortcuts;   ///< "; " between them
};

struct AttemptLimits {
  double seconds = 3;
  double quickSeconds = 2; ///< with large callees skipped
};

Attempt attempt(const ReachTarget &target, unsigned level, replay::Program &program, const replay::ReplayTree &tree,
                AttemptLimits limits);

/// One line without its end, and back. EXPECTS: the line is one of these.
std::string toLine(const Attempt &attempt);
Attempt fromLine(llvm::StringRef line);

} // namespace kmem::bench
