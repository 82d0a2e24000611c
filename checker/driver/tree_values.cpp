#include "checker/driver/tree_values.h"

#include "checker/summary/byte_archive.h"
#include "core/frontend/kernel_module.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"

#include <map>

namespace kmem {

/// Units tried before the tree counts as one without values.
static constexpr unsigned maxProbes = 4;

namespace {

struct Value {
  std::string name;
  int64_t value = 0;
};
template <typename Io> void fields(Io &io, summary::In<Io, Value> &value) { io(value.name, value.value); }

/// The flags a unit shares with others: neither its own names nor its folder's.
std::string sharedFlags(const TranslationUnit &unit) {
  std::string stem = llvm::sys::path::stem(unit.file).str(), flags;
  for (llvm::StringRef argument : unit.arguments)
    if (!argument.contains(stem) && !argument.starts_with("-DKBUILD_") && !argument.starts_with("-I"))
      flags += argument.str() + '\n';
  return flags;
}

/// Units with a summary, those with the commonest flags first: special ones (boot code, vdso) see other constants.
std::vector<size_t> probeCandidates(const Tree &tree, llvm::ArrayRef<UnitResult> results) {
  std::map<std::string, std::vector<size_t>> byFlags;
  for (size_t i = 0; i < tree.units.size(); ++i)
    if (results[i].summary)
      byFlags[sharedFlags(tree.units[i])].push_back(i);
  std::vector<std::vector<size_t>> groups;
  for (auto &[flags, units] : byFlags)
    groups.push_back(std::move(units));
  llvm::sort(groups, [](const auto &a, const auto &b) {
    return std::pair(b.size(), a.front()) < std::pair(a.size(), b.front());
  });
  std::vector<size_t> candidates;
  for (const auto &units : groups)
    candidates.insert(candidates.end(), units.begin(), units.end());
  if (candidates.size() > maxProbes)
    candidates.resize(maxProbes);
  return candidates;
}

std::optional<link::ValueTable> probe(const Tree &tree, llvm::ArrayRef<size_t> candidates, const rules::RuleSet &rules,
                                      const Options &options, Console &console) {
  std::vector<ProbeQuery> queries;
  for (const rules::ValueRule &rule : rules.values)
    queries.push_back({rule.name, rule.expression.empty() ? rule.name : rule.expression});
  std::string problem;
  for (size_t candidate : candidates) {
    TranslationUnit unit = tree.units[candidate];
    unit.arguments = adaptArguments(unit, options.extraArguments);
    auto values = probeValues(unit, rules.probeHeaders, queries);
    if (values)
      return std::move(*values);
    problem = llvm::toString(values.takeError());
  }
  if (!problem.empty())
    console.warning("the tree's own values could not be evaluated: " + llvm::StringRef(problem).split('\n').first);
  return std::nullopt;
}

link::ValueTable decode(llvm::StringRef bytes) {
  summary::ByteReader reader(bytes);
  std::vector<Value> list;
  reader(list);
  link::ValueTable table;
  for (const Value &value : list)
    table[value.name] = value.value;
  return table;
}

std::string encode(const link::ValueTable &table) {
  std::map<std::string, int64_t> sorted;
  for (const auto &entry : table)
    sorted[entry.getKey().str()] = entry.getValue();
  std::vector<Value> list;
  for (const auto &[name, value] : sorted)
    list.push_back({name, value});
  summary::ByteWriter writer;
  writer(list);
  return std::move(writer.bytes);
}

} // namespace

link::ValueTable treeValues(const Tree &tree, llvm::ArrayRef<UnitResult> results, const rules::RuleSet &rules,
                            const Options &options, store::SummaryCache &cache, Console &console) {
  std::vector<size_t> candidates = probeCandidates(tree, results);
  std::optional<store::Digest> headers = cache.headersDigest();
  store::DigestBuilder key;
  key.add(makersDigest()).add(rules.digest());
  if (headers)
    key.add(*headers);
  for (size_t candidate : candidates) {
    key.add(tree.units[candidate].directory);
    for (const std::string &argument : adaptArguments(tree.units[candidate], options.extraArguments))
      key.add(argument);
  }
  store::Digest digest = key.finish();
  if (headers)
    if (auto stored = cache.readResult("values", digest))
      return decode(stored->getBuffer());
  auto values = probe(tree, candidates, rules, options, console);
  // Values are a convenience here: the next run evaluates them again.
  if (headers && values)
    llvm::consumeError(cache.writeResult("values", digest, encode(*values)));
  return values.value_or(link::ValueTable());
}

} // namespace kmem
