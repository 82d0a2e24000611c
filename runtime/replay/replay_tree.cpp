#include "runtime/replay/replay_tree.h"

#include "rules/lib/rows.h"
#include "rules/tree/tree_facts.h"
#include "runtime/models/registry.h"

namespace kmem::replay {

/// Room for the arena of objects, the stack and the program beside what the code allocates.
static constexpr uint64_t memoryBytes = uint64_t(2) << 30;

/// The kernel with all its checks on: what a developer would boot to see the report.
static sim::Profile profileFor(const rules::TreeFacts &facts) {
  const bool isOld = !facts.version.empty() && rules::compareVersions(facts.version, "6.12") < 0;
  sim::Profile profile = *sim::profileNamed(isOld ? "61dbg" : "612dbg");
  profile.memoryBytes = memoryBytes;
  profile.failslab = profile.failPageAlloc = profile.failUserCopy = true; // as long as nobody asks, nothing fails
  sim::settle(profile);
  return profile;
}

llvm::Expected<ReplayTree> openReplayTree(const Options &options) {
  auto tree = openTree(options.tree);
  if (!tree)
    return tree.takeError();
  const rules::TreeFacts facts = readTreeFacts(tree->units.front().directory, tree->sourceRoot);
  auto rules = rules::loadRules(options.rulesDirectory, facts);
  if (!rules)
    return rules.takeError();
  if (llvm::Error error = checkModels(*rules))
    return std::move(error);
  const std::vector<size_t> candidates = probeCandidates(*tree, [](size_t) { return true; });
  auto values = probeTree(*tree, candidates, *rules, options.tree.extraArguments);
  if (!values)
    return llvm::createStringError("the tree's own values could not be evaluated: " +
                                   llvm::toString(values.takeError()));
  return ReplayTree{std::move(*tree), std::move(*rules), std::move(*values), profileFor(facts)};
}

} // namespace kmem::replay
