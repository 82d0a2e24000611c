// Stage: judge. In: a scenario. Out: a verdict, and for a confirmed one what it takes to run it again.
//
// confirmed: a fresh run without symbols met the claim. refuted: from some function of the path on, the search was
// exhausted and nothing was bounded, skipped, stubbed or unanswered. Everything else is unknown.
#pragma once

#include "runtime/judge/replayer.h"
#include "runtime/plan/scenario.h"
#include "runtime/search/search.h"

#include <ctime>

namespace kmem::replay {

/// Processor time for one finding: a first, quick look for each start, and all of it.
struct JudgeLimits {
  double quickSeconds = 2, thoroughSeconds = 3, seconds = 10;
  uint64_t steps = 20'000'000;
};

/// What a judgement cost, for statistics.
struct JudgeCounts {
  double seconds = 0;
  uint64_t steps = 0, paths = 0, queries = 0, searches = 0;
};

/// How a confirmed claim was met.
struct Confirmation {
  RunPlan plan; ///< `callees` points into the judge
  Witness witness;
  ReplayRun run;
  std::vector<std::pair<ShortcutKind, std::string>> shortcuts;
  size_t first = 0;   ///< the hop it starts from
  bool skips = false; ///< larger callees were not run
};

/// One search on the way to a verdict.
struct Attempt {
  size_t first = 0;
  bool skips = false;
  SearchResult found; ///< without its witness
};

struct Judgement {
  Verdict verdict;
  std::optional<Confirmation> confirmation;
  JudgeCounts counts;
  std::vector<Attempt> attempts; ///< in order
};

class Judge {
public:
  /// All of them outlive the judge.
  Judge(const Finding &finding, Scenario &scenario, const rules::RuleSet &rules, const TreeValues &values,
        const sim::Profile &profile, JudgeLimits limits);

  Judgement judge();
  /// The plan of a run from hop `first` on, as a saved witness names it.
  RunPlan planFrom(size_t first, bool skips) const;

private:
  /// CallersDecide: it happens when a caller passes such flags or such a size, which says nothing of the callers.
  enum class Outcome : uint8_t { Confirmed, Refuted, Unknown, CallersDecide };
  Outcome tryFrom(size_t first, bool skips, double seconds, bool waits = true);
  Outcome tryBothWays(size_t first);
  double secondsLeft() const;

  const Finding &finding;
  Scenario &scenario;
  const rules::RuleSet &rules;
  const TreeValues &values;
  const sim::Profile &profile;
  const JudgeLimits limits;
  const std::clock_t begun = std::clock();
  CalleePolicy skipping, running;
  Judgement result;
  std::string unknownBecause;
  size_t refutedFrom = 0;
};

} // namespace kmem::replay
