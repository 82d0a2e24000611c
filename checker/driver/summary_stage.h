// Stage: driver. From units to stored summaries: what the cache still has is taken from there, the rest is made by the
// pool.
#pragma once

#include "checker/driver/console.h"
#include "checker/driver/options.h"
#include "checker/driver/program_digest.h"
#include "checker/driver/worker_pool.h"
#include "checker/store/summary_cache.h"
#include "rules/lib/rules.h"
#include "rules/tree/tree.h"

namespace kmem {

/// What became of one unit: a summary or the reason why there is none.
struct UnitResult {
  std::optional<store::StoredSummary> summary;
  std::string failure; ///< first diagnostics, one a line
};

class SummaryStage {
public:
  SummaryStage(const Tree &tree, const rules::RuleSet &rules, const Options &options, store::SummaryCache &cache,
               Console &console);

  /// Finds or makes every summary. An error is one of the cache folder: it ends the run. The index is saved in any
  /// case.
  llvm::Expected<PoolEnd> run();
  /// Makes these units' summaries anew, whatever the cache says.
  llvm::Expected<PoolEnd> remake(llvm::ArrayRef<size_t> units);

  /// The unit has no summary after all.
  void giveUp(size_t unit, std::string why) { outcomes[unit] = {std::nullopt, std::move(why)}; }

  /// One for each unit of the tree.
  llvm::ArrayRef<UnitResult> results() const { return outcomes; }
  size_t madeCount() const { return made; }

private:
  store::UnitIdentity identify(const TranslationUnit &unit) const;
  std::string work(size_t unit) const;
  bool done(size_t unit, TaskOutcome outcome);
  void saveNowAndThen();

  const Tree &tree;
  const rules::RuleSet &rules;
  const Options &options;
  store::SummaryCache &cache;
  Console &console;
  store::Digest makers; ///< of whatever makes a summary besides the unit
  std::vector<UnitResult> outcomes;
  size_t made = 0, asked = 0;
  std::string cacheProblem;
  std::chrono::steady_clock::time_point lastSave;
};

} // namespace kmem
