#include "checker/driver/lists.h"

#include "checker/driver/rule_text.h"
#include "rules/tree/tree.h"
#include "rules/tree/tree_facts.h"

#include "llvm/Support/raw_ostream.h"

namespace kmem {

static void printChecks(const rules::RuleSet &rules, llvm::ArrayRef<std::string> checks) {
  size_t width = 0;
  for (const std::string &check : checks)
    width = std::max(width, check.size());
  for (const std::string &check : checks) {
    const rules::CheckRule *rule = rules.check(check);
    llvm::outs() << check << std::string(width + 2 - check.size(), ' ') << (rule ? rule->summary : "") << "\n";
  }
}

static llvm::Error explain(const rules::RuleSet &rules, llvm::StringRef id) {
  const rules::CheckRule *rule = rules.check(id);
  if (!rule)
    return llvm::createStringError("unknown check '" + id + "'; --list-checks shows them all");
  llvm::outs() << rule->id << " (" << rule->severity << "): " << rule->summary << "\n\n"
               << llvm::StringRef(rule->explanation).trim() << "\n\nReported:\n\n";
  printIndented(rule->bad, llvm::outs());
  llvm::outs() << "\nFixed:\n\n";
  printIndented(rule->good, llvm::outs());
  return llvm::Error::success();
}

/// The facts of the tree the user points at; without one, every conditional rule is shown.
static rules::TreeFacts factsFor(const Options &options) {
  if (options.databasePath.empty() && !options.fixedFlags)
    return {};
  auto tree = openTree(options);
  if (tree)
    return readTreeFacts(tree->units.front().directory, tree->sourceRoot);
  llvm::consumeError(tree.takeError());
  return {};
}

llvm::Error printList(const Options &options, llvm::ArrayRef<std::string> checks) {
  auto rules = rules::loadRules(options.rulesDirectory, factsFor(options));
  if (!rules)
    return rules.takeError();
  if (options.action == Action::ExplainCheck)
    return explain(*rules, options.subject);
  if (options.action == Action::ListChecks)
    printChecks(*rules, checks);
  else
    printRules(*rules, llvm::outs());
  return llvm::Error::success();
}

} // namespace kmem
