#include "checker/driver/summary_stage.h"

#include "checker/driver/unit_summary.h"
#include "checker/summary/byte_archive.h"

namespace kmem {

/// A run that is killed loses at most this much work.
static constexpr std::chrono::seconds saveInterval(30);

namespace {

/// What a worker sends for one unit.
struct Reply {
  enum class Kind : uint8_t { Summary, UnitFailed, CacheFailed };
  Kind kind = Kind::UnitFailed;
  store::StoredSummary summary;
  std::vector<std::string> dependencies;
  std::string problem;
};
constexpr Reply::Kind lastOf(Reply::Kind) { return Reply::Kind::CacheFailed; }

template <typename Io> void fields(Io &io, summary::In<Io, Reply> &reply) {
  io(reply.kind, reply.summary.id, reply.summary.size, reply.dependencies, reply.problem);
}

std::string encode(const Reply &reply) {
  summary::ByteWriter writer;
  writer(reply);
  return std::move(writer.bytes);
}

Reply decode(llvm::StringRef bytes) {
  summary::ByteReader reader(bytes);
  Reply reply;
  reader(reply);
  if (reader.error())
    return {Reply::Kind::UnitFailed, {}, {}, "the worker's reply is damaged"};
  return reply;
}

} // namespace

SummaryStage::SummaryStage(const Tree &tree, const rules::RuleSet &rules, const Options &options,
                           store::SummaryCache &cache, Console &console)
    : tree(tree), rules(rules), options(options), cache(cache), console(console), outcomes(tree.units.size()),
      lastSave(std::chrono::steady_clock::now()) {
  makers = store::DigestBuilder().add(makersDigest()).add(rules.summaryDigest()).add(tree.sourceRoot).finish();
}

store::UnitIdentity SummaryStage::identify(const TranslationUnit &unit) const {
  store::DigestBuilder inputs;
  inputs.add(makers);
  for (const std::string &argument : unit.arguments)
    inputs.add(argument);
  for (const std::string &argument : options.extraArguments)
    inputs.add(argument);
  return {store::DigestBuilder().add(unit.directory).add(unit.file).finish(), inputs.finish(), unit.file};
}

/// In a worker.
std::string SummaryStage::work(size_t index) const {
  auto summary = summarizeUnit(tree.units[index], options.extraArguments, tree.sourceRoot, rules);
  if (!summary)
    return encode({Reply::Kind::UnitFailed, {}, {}, llvm::toString(summary.takeError())});
  auto stored = cache.write(summary->bytes);
  if (!stored)
    return encode({Reply::Kind::CacheFailed, {}, {}, llvm::toString(stored.takeError())});
  return encode({Reply::Kind::Summary, *stored, std::move(summary->dependencies), ""});
}

bool SummaryStage::done(size_t index, TaskOutcome outcome) {
  const TranslationUnit &unit = tree.units[index];
  console.progress(++made, asked, tree.name(unit));
  UnitResult &result = outcomes[index];
  result = UnitResult();
  if (!outcome.completed) {
    result.failure = outcome.reply + " while analysing " + tree.name(unit);
    return true;
  }
  Reply reply = decode(outcome.reply);
  if (reply.kind == Reply::Kind::CacheFailed) {
    cacheProblem = reply.problem;
    return false;
  }
  if (reply.kind == Reply::Kind::UnitFailed) {
    result.failure = reply.problem;
    return true;
  }
  result.summary = reply.summary;
  cache.record(identify(unit), reply.summary, std::move(reply.dependencies));
  saveNowAndThen();
  return true;
}

void SummaryStage::saveNowAndThen() {
  auto now = std::chrono::steady_clock::now();
  if (now - lastSave < saveInterval)
    return;
  // A folder that cannot be written is reported by the save at the end.
  llvm::consumeError(cache.save());
  lastSave = std::chrono::steady_clock::now();
}

llvm::Expected<PoolEnd> SummaryStage::run() {
  std::vector<size_t> missing;
  for (size_t i = 0; i < tree.units.size(); ++i) {
    outcomes[i].summary = cache.find(identify(tree.units[i]));
    if (!outcomes[i].summary)
      missing.push_back(i);
  }
  for (const std::string &warning : cache.takeWarnings())
    console.warning(warning);
  return remake(missing);
}

llvm::Expected<PoolEnd> SummaryStage::remake(llvm::ArrayRef<size_t> units) {
  asked += units.size();
  PoolEnd end = runPool(units, options.jobs,
                        {[&](size_t unit) { return work(unit); },
                         [&](size_t unit, TaskOutcome outcome) { return done(unit, std::move(outcome)); }});
  console.endProgress();
  if (llvm::Error error = cache.save())
    return std::move(error);
  if (!cacheProblem.empty())
    return llvm::createStringError(cacheProblem);
  if (end == PoolEnd::Stopped)
    return llvm::createStringError("no process could be started");
  return end;
}

} // namespace kmem
