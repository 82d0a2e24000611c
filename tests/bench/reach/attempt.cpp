#include "tests/bench/reach/attempt.h"

#include "runtime/judge/replayer.h"
#include "runtime/judge/words.h"
#include "runtime/search/search.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DebugInfoMetadata.h"

namespace kmem::bench {

using namespace replay;

/// As the judge has it.
static constexpr unsigned smallCallee = 30, anyCallee = ~0u;
static constexpr size_t shownShortcuts = 6, longestText = 200;

/// Nobody says from where the first function is called. Most are in a process.
static kmem::replay::ContextCounts inProcess() { return {}; }
static kmem::replay::ContextCounts interruptsOff() {
  kmem::replay::ContextCounts counts{};
  counts[unsigned(ContextComponent::IrqsOff)] = 1;
  return counts;
}

static RunPlan planFor(std::vector<RouteHop> hops, const CalleePolicy &callees,
                       const kmem::replay::ContextCounts &entry) {
  Stage stage;
  stage.contexts.resize(hops.size(), entry);
  stage.route = std::make_shared<Route>(std::move(hops));
  RunPlan plan{{std::move(stage)}, {}, &callees, {}};
  plan.target.kind = TargetKind::Reach;
  return plan;
}

static std::string placeOf(const llvm::Instruction *at) {
  if (!at)
    return "";
  const llvm::DILocation *place = at->getDebugLoc().get();
  return at->getFunction()->getName().str() + " " + (place ? place->getFilename().str() : "") + ":" +
         std::to_string(place ? place->getLine() : 0);
}

static void takeReasons(const SearchResult &found, Attempt &result) {
  result.blockedBy = found.blockedBy;
  result.blockedAt = placeOf(found.blockedAt);
  result.shortcuts.clear();
  for (size_t i = 0; i < found.shortcuts.size() && i < shownShortcuts; ++i)
    result.shortcuts += (i ? "; " : "") + describe(found.shortcuts[i].first, found.shortcuts[i].second);
}

static Reached outcomeOf(const SearchResult &found) {
  if (found.end == SearchEnd::Limit)
    return Reached::Limit;
  return found.shortcuts.empty() ? Reached::NoPath : Reached::Cut;
}

/// One search and, when it finds a way, its replay.
static void tryOnce(const RunPlan &plan, Program &program, const ReplayTree &tree, double seconds, Attempt &result) {
  SearchResult found;
  {
    TermPool pool;
    Machine machine(tree.profile, program, pool);
    Models models(tree.rules, tree.values, machine);
    SearchLimits limits;
    limits.seconds = seconds;
    found = Search(plan, machine, models, limits).run();
  }
  result.seconds += found.counts.seconds;
  result.steps += found.counts.steps;
  takeReasons(found, result);
  result.reached = outcomeOf(found);
  if (found.end != SearchEnd::Met)
    return;
  const ReplayRun run = kmem::replay::replay(plan, found.witness, program, tree.profile, tree.rules, tree.values);
  result.reached = run.met ? Reached::Replayed : Reached::Diverged;
  if (!run.met)
    result.blockedBy = run.problem;
}

/// First with large callees skipped, as the judge does.
static void tryBothWays(const std::vector<RouteHop> &hops, const kmem::replay::ContextCounts &entry, Program &program,
                        const ReplayTree &tree, AttemptLimits limits, Attempt &result) {
  const CalleePolicy skipping(tree.rules, program, {}, smallCallee), running(tree.rules, program, {}, anyCallee);
  const double quick = std::min(limits.quickSeconds, limits.seconds - result.seconds);
  tryOnce(planFor(hops, skipping, entry), program, tree, quick, result);
  if (result.reached != Reached::Replayed && result.reached != Reached::NoPath && result.seconds < limits.seconds)
    tryOnce(planFor(hops, running, entry), program, tree, limits.seconds - result.seconds, result);
}

Attempt attempt(const ReachTarget &target, unsigned level, Program &program, const ReplayTree &tree,
                AttemptLimits limits) {
  const std::vector<RouteHop> hops = hopsFrom(target, level);
  Attempt result;
  result.level = level;
  result.entry = hops.front().function->getName().str();
  result.site = hops.back().function->getName().str() + " at " + target.place;
  tryBothWays(hops, inProcess(), program, tree, limits, result);
  if (result.reached == Reached::Replayed || result.seconds >= limits.seconds)
    return result;
  Attempt other = result;
  tryBothWays(hops, interruptsOff(), program, tree, limits, other);
  result.seconds = other.seconds;
  return other.reached == Reached::Replayed ? other : result;
}

static std::string fieldOf(llvm::StringRef text) {
  std::string field = text.take_front(longestText).str();
  for (char &c : field)
    if (c == '\t' || c == '\n')
      c = ' ';
  return field;
}

std::string toLine(const Attempt &attempt) {
  return llvm::join(std::vector<std::string>{std::to_string(attempt.level), std::to_string(unsigned(attempt.reached)),
                                             std::to_string(attempt.seconds), std::to_string(attempt.steps),
                                             fieldOf(attempt.entry), fieldOf(attempt.site), fieldOf(attempt.blockedBy),
                                             fieldOf(attempt.blockedAt), fieldOf(attempt.shortcuts)},
                    "\t");
}

Attempt fromLine(llvm::StringRef line) {
  llvm::SmallVector<llvm::StringRef> fields;
  line.split(fields, '\t');
  assert(fields.size() == 9 && "a line of toLine()");
  Attempt attempt;
  unsigned reached = 0;
  fields[0].getAsInteger(10, attempt.level);
  fields[1].getAsInteger(10, reached);
  attempt.reached = Reached(reached);
  fields[2].getAsDouble(attempt.seconds);
  fields[3].getAsInteger(10, attempt.steps);
  std::string *texts[] = {&attempt.entry, &attempt.site, &attempt.blockedBy, &attempt.blockedAt, &attempt.shortcuts};
  for (size_t i = 0; i < 5; ++i)
    *texts[i] = fields[i + 4].str();
  return attempt;
}

} // namespace kmem::bench
