// Stage: driver. From stored summaries to findings: link, then checks. The findings of the last run are taken from the
// cache when nothing they depend on has changed.
#pragma once

#include "checker/driver/summary_stage.h"
#include "checker/link/program.h"
#include "core/finding/finding.h"

namespace kmem {

/// Links every unit that has a summary. A summary that turns out damaged is made anew, with a warning. Null:
/// interrupted.
llvm::Expected<std::unique_ptr<link::Program>> linkSummaries(SummaryStage &summaries, const Tree &tree,
                                                             const rules::RuleSet &rules,
                                                             const link::ValueTable &values,
                                                             const store::SummaryCache &cache, Console &console);

/// Digest of all that decides the findings.
store::Digest findingsKey(llvm::ArrayRef<UnitResult> results, const rules::RuleSet &rules,
                          const link::ValueTable &values, llvm::ArrayRef<std::string> checks, bool suspect);

/// The findings of a run with this key, if the last complete run was one.
std::optional<std::vector<Finding>> storedFindings(const store::SummaryCache &cache, const store::Digest &key);
/// Keeps them for the next run with this key, and returns them as that run will see them.
llvm::Expected<std::vector<Finding>> keepFindings(const store::SummaryCache &cache, const store::Digest &key,
                                                  llvm::ArrayRef<Finding> findings);

} // namespace kmem
