#include "rules/tree/tree_values.h"

#include "core/frontend/kernel_module.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"

#include <map>

namespace kmem {

/// Units tried before the tree counts as one without values.
static constexpr unsigned maxProbes = 4;

/// The flags a unit shares with others: neither its own names nor its folder's.
static std::string sharedFlags(const TranslationUnit &unit) {
  std::string stem = llvm::sys::path::stem(unit.file).str(), flags;
  for (llvm::StringRef argument : unit.arguments)
    if (!argument.contains(stem) && !argument.starts_with("-DKBUILD_") && !argument.starts_with("-I"))
      flags += argument.str() + '\n';
  return flags;
}

std::vector<size_t> probeCandidates(const Tree &tree, llvm::function_ref<bool(size_t)> usable) {
  std::map<std::string, std::vector<size_t>> byFlags;
  for (size_t i = 0; i < tree.units.size(); ++i)
    if (usable(i))
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

llvm::Expected<llvm::StringMap<int64_t>> probeTree(const Tree &tree, llvm::ArrayRef<size_t> candidates,
                                                   const rules::RuleSet &rules,
                                                   llvm::ArrayRef<std::string> extraArguments) {
  std::vector<ProbeQuery> queries;
  for (const rules::ValueRule &rule : rules.values)
    queries.push_back({rule.name, rule.expression.empty() ? rule.name : rule.expression});
  llvm::Expected<llvm::StringMap<int64_t>> values = llvm::StringMap<int64_t>();
  for (size_t candidate : candidates) {
    if (!values)
      llvm::consumeError(values.takeError());
    TranslationUnit unit = tree.units[candidate];
    unit.arguments = adaptArguments(unit, extraArguments);
    values = probeValues(unit, rules.probeHeaders, queries);
    if (values)
      break;
  }
  return values;
}

} // namespace kmem
