#include "runtime/judge/judge.h"

#include "runtime/judge/words.h"

#include "llvm/ADT/STLExtras.h"

#include <ctime>
#include <new>

namespace kmem::replay {

/// Callees of more instructions are skipped at first: measured to be what makes deep paths reachable at all.
static constexpr unsigned smallCallee = 30, anyCallee = ~0u;

Judge::Judge(const Finding &finding, Scenario &scenario, const rules::RuleSet &rules, const TreeValues &values,
             const sim::Profile &profile, JudgeLimits limits)
    : finding(finding), scenario(scenario), rules(rules), values(values), profile(profile), limits(limits),
      skipping(rules, *scenario.program, scenario.named, smallCallee),
      running(rules, *scenario.program, scenario.named, anyCallee) {}

/// Machines that are set up and runs that are repeated count, too.
double Judge::secondsLeft() const { return limits.seconds - double(std::clock() - begun) / CLOCKS_PER_SEC; }

RunPlan Judge::planFrom(size_t first, bool skips) const {
  RunPlan plan{scenario.stages, scenario.target, skips ? &skipping : &running, scenario.heldFields, scenario.injection};
  plan.stages.back().first = first;
  return plan;
}

Judge::Outcome Judge::tryFrom(size_t first, bool skips, double seconds, bool waits) {
  const RunPlan plan = planFrom(first, skips);
  const std::clock_t started = std::clock();
  SearchResult found;
  try {
    TermPool pool;
    Machine machine(profile, *scenario.program, pool);
    Models models(rules, values, machine);
    SearchLimits searchLimits;
    searchLimits.seconds = std::min(seconds, secondsLeft());
    searchLimits.steps = limits.steps;
    searchLimits.waits = waits;
    found = Search(plan, machine, models, searchLimits).run();
  } catch (const std::bad_alloc &) { // of the process; all that the search held is free again
    result.counts.seconds += double(std::clock() - started) / CLOCKS_PER_SEC;
    unknownBecause = "the search from " + functionName(scenario, first) + " reached its limit of memory";
    return Outcome::Unknown;
  }
  result.counts.seconds += found.counts.seconds;
  result.counts.steps += found.counts.steps;
  result.counts.paths += found.counts.paths;
  result.counts.queries += found.counts.queries;
  ++result.counts.searches;
  Witness witness = std::move(found.witness);
  result.attempts.push_back({first, skips, found});
  if (found.end == SearchEnd::Met && found.decidedByArgument && !(first == 0 && finding.replay->entry.isKernelEntry)) {
    unknownBecause = "it happens when a caller of " + functionName(scenario, first) + " passes such a value";
    return Outcome::CallersDecide;
  }
  if (found.end == SearchEnd::Met) {
    ReplayRun run = replay(plan, witness, *scenario.program, profile, rules, values);
    if (!run.met) {
      unknownBecause = "found, but not met in the run without symbols: " + run.problem;
      return Outcome::Unknown;
    }
    result.confirmation = Confirmation{plan, std::move(witness), std::move(run), found.shortcuts, first, skips};
    return Outcome::Confirmed;
  }
  if (found.end == SearchEnd::Exhausted && found.shortcuts.empty()) {
    refutedFrom = first;
    return Outcome::Refuted;
  }
  unknownBecause = whyUnknown(found, scenario, first);
  return Outcome::Unknown;
}

static bool restsOnSkipping(const Confirmation &confirmed) {
  return llvm::any_of(confirmed.shortcuts,
                      [](const auto &shortcut) { return shortcut.first == ShortcutKind::SkippedCallee; });
}

/// First with large callees skipped, then with them run: what the first could not decide may be decided so, and what it
/// confirmed may rest on less, or turn out to be impossible.
Judge::Outcome Judge::tryBothWays(size_t first) {
  const Outcome quick = tryFrom(first, /*skips=*/true, limits.quickSeconds);
  if (quick == Outcome::Refuted || quick == Outcome::CallersDecide || secondsLeft() <= 0 ||
      (quick == Outcome::Confirmed && !restsOnSkipping(*result.confirmation)))
    return quick;
  const Outcome thorough = tryFrom(first, /*skips=*/false, std::min(limits.thoroughSeconds, secondsLeft()));
  return thorough == Outcome::Unknown ? quick : thorough;
}

/// From the entry at once; when that is not decided, from the site's own function and then one caller up at a time, so
/// that a limit still says how far the claim holds: also past one from which nothing is decided, as what a caller
/// passes can make it easy. What cannot happen from one of them on cannot happen at all.
Judgement Judge::judge() {
  const size_t hops = scenario.stages.back().route->hops().size();
  Outcome outcome = tryBothWays(0);
  const std::string atEntry = unknownBecause;
  size_t first = hops - 1;
  for (; outcome == Outcome::Unknown && first > 0 && secondsLeft() > 0; --first) {
    const Outcome here = tryBothWays(first);
    if (here == Outcome::Refuted)
      outcome = here;
  }
  // What is left of the time is for the other order of paths, which comes to other things in time.
  const bool wasCut =
      llvm::any_of(result.attempts, [](const Attempt &attempt) { return attempt.found.end == SearchEnd::Limit; });
  if (outcome == Outcome::Unknown && !result.confirmation && wasCut && secondsLeft() > 0 &&
      tryFrom(hops - 1, /*skips=*/false, secondsLeft(), /*waits=*/false) == Outcome::Refuted)
    outcome = Outcome::Refuted;
  unknownBecause = atEntry;
  if (outcome == Outcome::Refuted)
    result.verdict = refutation(scenario, refutedFrom);
  else if (result.confirmation)
    result.verdict = confirmation(finding, scenario, *result.confirmation);
  else
    result.verdict = {Verdict::Result::Unknown, "", unknownBecause, {}, {}, {}, ""};
  return std::move(result);
}

} // namespace kmem::replay
