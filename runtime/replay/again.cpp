#include "runtime/replay/again.h"

#include "core/support/atomic_file.h"
#include "runtime/plan/module_digest.h"
#include "runtime/replay/replay_tree.h"
#include "runtime/replay/saved_replay.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/Path.h"

namespace kmem::replay {

static std::string digestOfLines(const std::vector<std::string> &lines) {
  llvm::BLAKE3 hash;
  for (const std::string &line : lines)
    hash.update(line + "\n");
  return llvm::toHex(hash.final<16>(), /*LowerCase=*/true);
}

static SavedOutcome outcomeOf(const ReplayRun &run) {
  return {run.instructions, digestOfLines(run.report), digestOf(run.steps)};
}

llvm::Error save(const Finding &finding, const Scenario &scenario, const Confirmation &confirmed,
                 llvm::StringRef sourceRoot, const Options &options) {
  SavedReplay saved;
  saved.finding = finding;
  saved.first = confirmed.first;
  saved.skips = confirmed.skips;
  saved.inject = options.inject;
  for (size_t i = 0; i < scenario.units.size(); ++i)
    saved.units.push_back({scenario.units[i], digestOf(*scenario.modules[i], sourceRoot)});
  saved.witness = confirmed.witness;
  saved.outcome = outcomeOf(confirmed.run);
  llvm::SmallString<256> path(options.saveFolder);
  llvm::sys::path::append(path, finding.fingerprint + ".json");
  return writeAtomically(path, textOf(saved));
}

/// An error names the first unit that is not what it was.
static llvm::Error compareUnits(const SavedReplay &saved, Sources &sources) {
  for (const SavedUnit &unit : saved.units) {
    auto loaded = sources.load(unit.name);
    if (!loaded)
      return loaded.takeError();
    if (digestOf(*(*loaded)->code.module, sources.root()) != unit.digest)
      return llvm::createStringError("the source has moved: " + unit.name + " is not what it was");
  }
  return llvm::Error::success();
}

namespace {
struct RunAgain {
  SavedOutcome outcome;
  bool met;
  std::string problem;
};
} // namespace

static llvm::Expected<RunAgain> runAgain(const SavedReplay &saved, const ReplayTree &tree, Sources &sources) {
  if (llvm::Error error = compareUnits(saved, sources))
    return std::move(error);
  auto scenario = makeScenario(saved.finding, tree.rules, sources);
  if (!scenario)
    return scenario.takeError();
  if (saved.first >= scenario->stages.back().route->hops().size())
    return llvm::createStringError("the saved run begins behind the end of its path");
  auto injection = parseInjection(saved.inject);
  if (!injection)
    return injection.takeError();
  scenario->injection = *injection;
  const Judge judge(saved.finding, *scenario, tree.rules, tree.values, tree.profile, JudgeLimits());
  const ReplayRun run = replay(judge.planFrom(saved.first, saved.skips), saved.witness, *scenario->program,
                               tree.profile, tree.rules, tree.values);
  return RunAgain{outcomeOf(run), run.met, run.problem};
}

/// "" when nothing differs.
static std::string difference(const SavedOutcome &before, const RunAgain &run) {
  const SavedOutcome &now = run.outcome;
  if (!run.met)
    return "what was confirmed does not happen: " + run.problem;
  if (before.instructions != now.instructions)
    return std::to_string(now.instructions) + " instructions, " + std::to_string(before.instructions) + " before";
  if (before.report != now.report)
    return "the kernel prints something else";
  return before.steps == now.steps ? "" : "the steps are others";
}

static int failed(const llvm::Twine &why) {
  llvm::errs() << "kmem-replay: error: " << why << "\n";
  return SomeFailed;
}

int replayAgain(const Options &options) {
  auto saved = readSavedReplay(options.findings);
  if (!saved)
    return usageError(saved.takeError());
  auto tree = openReplayTree(options);
  if (!tree)
    return usageError(tree.takeError());
  Sources sources(tree->tree.units, tree->tree.sourceRoot, options.tree.extraArguments);
  auto again = runAgain(*saved, *tree, sources);
  if (!again)
    return failed(llvm::toString(again.takeError()));
  const std::string differs = difference(saved->outcome, *again);
  if (!differs.empty())
    return failed("replayed, but not the same: " + differs);
  if (llvm::Error error = writeReports(saved->finding, options.reports, tree->tree.sourceRoot, std::nullopt))
    return usageError(std::move(error));
  if (!options.quiet)
    llvm::errs() << "replayed, identical\n";
  return SomeConfirmed;
}

} // namespace kmem::replay
