// Stage: finding. What replay found out about a finding: made by the replay half, attached to the finding, read by
// every reporter.
#pragma once

#include "core/finding/trace.h"

#include <vector>

namespace kmem {

/// A value that the run began with, or that the world answered with.
struct ReplayInput {
  std::string name;  ///< "argument count of foo_write()"
  std::string value; ///< C-like text
  bool operator==(const ReplayInput &) const = default;
};

struct Verdict {
  enum class Result : uint8_t {
    Confirmed, ///< it happened, with every input concrete
    Refuted,   ///< it cannot happen: the search was exhausted and nothing was skipped
    Unknown,   ///< neither; `reason` says what stood in the way
  };
  Result result = Result::Unknown;
  std::string grade;                    ///< how far it reaches: "from the entry point"
  std::string reason;                   ///< one sentence
  std::vector<std::string> assumptions; ///< what it rests on
  std::vector<ReplayInput> inputs;
  std::vector<TraceStep> steps; ///< the run, as far as a person wants to follow it
  std::string splat;            ///< what the kernel would print
  bool operator==(const Verdict &) const = default;
};
inline constexpr unsigned verdictResultCount = unsigned(Verdict::Result::Unknown) + 1;
llvm::StringRef toString(Verdict::Result result);

} // namespace kmem
