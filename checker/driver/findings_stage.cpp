#include "checker/driver/findings_stage.h"

#include "checker/summary/serialize.h"
#include "core/finding/finding_json.h"
#include "core/finding/read_findings.h"

#include <map>

namespace kmem {

static constexpr llvm::StringLiteral resultKind("findings");

static llvm::Error addSummary(link::Linker &linker, const store::SummaryCache &cache,
                              const store::StoredSummary &stored) {
  auto bytes = cache.read(stored);
  if (!bytes)
    return bytes.takeError();
  auto unit = summary::deserializeWanted((*bytes)->getBuffer(),
                                         [&](const summary::ContentHash &hash) { return linker.wants(hash); });
  if (!unit)
    return unit.takeError();
  linker.add(std::move(*unit));
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<link::Program>> linkSummaries(SummaryStage &summaries, const Tree &tree,
                                                             const rules::RuleSet &rules,
                                                             const link::ValueTable &values,
                                                             const store::SummaryCache &cache, Console &console) {
  link::Linker linker(rules, values);
  std::vector<size_t> damaged;
  for (size_t i = 0; i < tree.units.size(); ++i) {
    if (!summaries.results()[i].summary)
      continue;
    if (llvm::Error error = addSummary(linker, cache, *summaries.results()[i].summary)) {
      console.warning("the summary of " + tree.name(tree.units[i]) +
                      " is made anew: " + llvm::toString(std::move(error)));
      damaged.push_back(i);
    }
  }
  auto end = summaries.remake(damaged);
  if (!end)
    return end.takeError();
  if (*end == PoolEnd::Interrupted)
    return nullptr;
  for (size_t i : damaged)
    if (const auto &summary = summaries.results()[i].summary)
      if (llvm::Error error = addSummary(linker, cache, *summary))
        summaries.giveUp(i, llvm::toString(std::move(error)));
  return linker.finish();
}

store::Digest findingsKey(llvm::ArrayRef<UnitResult> results, const rules::RuleSet &rules,
                          const link::ValueTable &values, llvm::ArrayRef<std::string> checks, bool suspect) {
  store::DigestBuilder key;
  key.add(programDigest()).add(rules.digest());
  std::map<llvm::StringRef, int64_t> sorted;
  for (const auto &entry : values)
    sorted[entry.getKey()] = entry.getValue();
  for (const auto &[name, value] : sorted)
    key.add(name).add(std::to_string(value));
  for (const std::string &check : checks)
    key.add(check);
  key.add(suspect ? "suspect" : "");
  for (const UnitResult &result : results)
    key.add(result.summary ? result.summary->id : store::Digest());
  return key.finish();
}

std::optional<std::vector<Finding>> storedFindings(const store::SummaryCache &cache, const store::Digest &key) {
  auto bytes = cache.readResult(resultKind, key);
  if (!bytes)
    return std::nullopt;
  auto findings = parseFindings(bytes->getBuffer(), resultKind);
  if (findings)
    return std::move(*findings);
  llvm::consumeError(findings.takeError()); // damaged: they are made anew
  return std::nullopt;
}

llvm::Expected<std::vector<Finding>> keepFindings(const store::SummaryCache &cache, const store::Digest &key,
                                                  llvm::ArrayRef<Finding> findings) {
  std::string text;
  llvm::raw_string_ostream out(text);
  for (const Finding &finding : findings)
    writeJsonLine(finding, out);
  if (llvm::Error error = cache.writeResult(resultKind, key, text))
    return std::move(error);
  return parseFindings(text, resultKind);
}

} // namespace kmem
