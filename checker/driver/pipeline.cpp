#include "checker/driver/pipeline.h"

#include "checker/checks/checks.h"
#include "checker/driver/cache_folder.h"
#include "checker/driver/dumps.h"
#include "checker/driver/finding_filter.h"
#include "checker/driver/findings_stage.h"
#include "checker/driver/lists.h"
#include "checker/driver/outcome.h"
#include "checker/driver/replay_stage.h"
#include "checker/driver/tree_values.h"
#include "checker/driver/verify_rules.h"
#include "rules/tree/tree_facts.h"

namespace kmem {

namespace {

int fail(Console &console, llvm::Error error) {
  console.error(llvm::toString(std::move(error)));
  return UsageError;
}

/// The checks that are on; naming one that does not exist, or none at all, is an error.
llvm::Expected<std::vector<std::string>> enabledChecks(const Options &options) {
  std::vector<std::string> all = allChecks(), enabled;
  for (const GlobList *list : {&options.checks, &options.warningsAsErrors})
    if (std::string unknown = list->firstUnknown(all); !unknown.empty())
      return llvm::createStringError("unknown check '" + unknown + "'; --list-checks shows them all");
  for (const std::string &check : all)
    if (options.checks.contains(check))
      enabled.push_back(check);
  if (enabled.empty())
    return llvm::createStringError("no check is enabled");
  return enabled;
}

std::vector<Finding> findIn(const link::Program &program, llvm::ArrayRef<std::string> checks, bool suspect) {
  auto enabled = [&](llvm::StringRef id) { return llvm::is_contained(checks, id); };
  std::vector<Finding> found = runChecks(program, enabled);
  if (suspect)
    llvm::append_range(found, suspectedSites(program, enabled, found));
  return found;
}

/// options -> units -> rules -> summaries -> values of the tree -> program -> findings -> verdicts -> reports -> exit
/// code
int analyse(const Options &options, llvm::ArrayRef<std::string> checks, Console &console) {
  auto tree = openTree(options);
  if (!tree)
    return fail(console, tree.takeError());
  auto rules = rules::loadRules(options.rulesDirectory, readTreeFacts(tree->units.front().directory, tree->sourceRoot));
  if (!rules)
    return fail(console, rules.takeError());
  if (options.action == Action::Dump && dumpBeforeSummaries(options, *tree, *rules))
    return Clean;

  auto cache = store::SummaryCache::open(cacheFolder(options, *tree));
  if (!cache)
    return fail(console, cache.takeError());
  SummaryStage summaries(*tree, *rules, options, *cache, console);
  auto end = summaries.run();
  if (!end)
    return fail(console, end.takeError());
  if (*end == PoolEnd::Interrupted)
    return sayInterrupted(summaries, console);
  if (options.action == Action::VerifyRules)
    return verifyRules(*rules, summaries.results(), *cache, console);
  if (options.action == Action::Dump && options.stage == DumpStage::Summary)
    return dumpSummaries(summaries.results(), *cache, console);

  link::ValueTable values = treeValues(*tree, summaries.results(), *rules, options, *cache, console);
  if (options.action == Action::Dump && options.stage == DumpStage::Values)
    return dumpValues(values);

  auto findings = storedFindings(*cache, findingsKey(summaries.results(), *rules, values, checks, options.suspect));
  if (!findings || options.action == Action::Dump) {
    auto program = linkSummaries(summaries, *tree, *rules, values, *cache, console);
    if (!program)
      return fail(console, program.takeError());
    if (!*program)
      return sayInterrupted(summaries, console);
    if (options.action == Action::Dump && options.stage == DumpStage::Program)
      return dumpProgram(**program);
    std::vector<Finding> found = findIn(**program, checks, options.suspect);
    auto kept = keepFindings(*cache, findingsKey(summaries.results(), *rules, values, checks, options.suspect), found);
    if (!kept)
      return fail(console, kept.takeError());
    findings = std::move(*kept);
  }
  if (options.action == Action::Dump)
    return dumpFindings(*findings);

  FilteredFindings shown = filterFindings(std::move(*findings), options, *tree);
  if (options.replay) {
    auto end = replay(shown.findings, options, *tree);
    if (!end)
      return fail(console, end.takeError());
    if (*end == PoolEnd::Interrupted)
      return sayInterrupted(summaries, console);
  }
  if (options.onlyConfirmed)
    keepConfirmed(shown);
  if (llvm::Error error = writeReports(shown.findings, options.reports, tree->sourceRoot, options.color))
    return fail(console, std::move(error));
  return conclude(shown, summaries, *tree, options, console);
}

} // namespace

int runTidyProgram(llvm::ArrayRef<const char *> argv) {
  auto options = parseOptions(argv);
  Console console(options ? options->quiet : false);
  if (!options)
    return fail(console, options.takeError());
  auto checks = enabledChecks(*options);
  if (!checks)
    return fail(console, checks.takeError());
  if (options->replay) // before anything is analysed for nothing
    if (auto program = findReplayProgram(); !program)
      return fail(console, program.takeError());
  switch (options->action) {
  case Action::ListChecks:
  case Action::ExplainCheck:
  case Action::ListRules:
    if (llvm::Error error = printList(*options, *checks))
      return fail(console, std::move(error));
    return Clean;
  case Action::Analyse:
  case Action::VerifyRules:
  case Action::Dump:
    return analyse(*options, *checks, console);
  }
  return UsageError;
}

} // namespace kmem
