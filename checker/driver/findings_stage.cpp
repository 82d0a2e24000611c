#include "checker/driver/findings_stage.h"

#include "checker/summary/byte_archive.h"
#include "checker/summary/serialize.h"

#include <map>

namespace kmem {

using summary::In;

static constexpr llvm::StringLiteral resultKind("findings");

constexpr Severity lastOf(Severity) { return Severity::Error; }
constexpr Confidence lastOf(Confidence) { return Confidence::High; }
constexpr StepKind lastOf(StepKind) { return StepKind::Site; }

template <typename Io> void fields(Io &io, In<Io, SourceLocation> &location) {
  io(location.file, location.line, location.column);
}
template <typename Io> void fields(Io &io, In<Io, TraceStep> &step) {
  io(step.location, step.function, step.kind, step.message);
}
template <typename Io> void fields(Io &io, In<Io, Finding> &finding) {
  io(finding.check, finding.severity, finding.confidence, finding.message, finding.location, finding.function,
     finding.fingerprint, finding.context, finding.trace, finding.otherPaths);
}

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
                          const link::ValueTable &values, llvm::ArrayRef<std::string> checks) {
  store::DigestBuilder key;
  key.add(programDigest()).add(rules.digest());
  std::map<llvm::StringRef, int64_t> sorted;
  for (const auto &entry : values)
    sorted[entry.getKey()] = entry.getValue();
  for (const auto &[name, value] : sorted)
    key.add(name).add(std::to_string(value));
  for (const std::string &check : checks)
    key.add(check);
  for (const UnitResult &result : results)
    key.add(result.summary ? result.summary->id : store::Digest());
  return key.finish();
}

std::optional<std::vector<Finding>> storedFindings(const store::SummaryCache &cache, const store::Digest &key) {
  auto bytes = cache.readResult(resultKind, key);
  if (!bytes)
    return std::nullopt;
  summary::ByteReader reader(bytes->getBuffer());
  std::vector<Finding> findings;
  reader(findings);
  if (reader.error() || reader.left())
    return std::nullopt;
  return findings;
}

llvm::Error storeFindings(const store::SummaryCache &cache, const store::Digest &key,
                          const std::vector<Finding> &findings) {
  summary::ByteWriter writer;
  writer(findings);
  return cache.writeResult(resultKind, key, writer.bytes);
}

} // namespace kmem
