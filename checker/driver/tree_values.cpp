#include "checker/driver/tree_values.h"

#include "checker/summary/byte_archive.h"
#include "rules/tree/tree_values.h"

#include <map>

namespace kmem {

namespace {

struct Value {
  std::string name;
  int64_t value = 0;
};
template <typename Io> void fields(Io &io, summary::In<Io, Value> &value) { io(value.name, value.value); }

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
  std::vector<size_t> candidates = probeCandidates(tree, [&](size_t i) { return bool(results[i].summary); });
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
  auto values = probeTree(tree, candidates, rules, options.extraArguments);
  if (!values) {
    const std::string problem = llvm::toString(values.takeError());
    console.warning("the tree's own values could not be evaluated: " + llvm::StringRef(problem).split('\n').first);
    return {};
  }
  // Values are a convenience here: the next run evaluates them again.
  if (headers && !candidates.empty())
    llvm::consumeError(cache.writeResult("values", digest, encode(*values)));
  return std::move(*values);
}

} // namespace kmem
