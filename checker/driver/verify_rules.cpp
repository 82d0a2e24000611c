#include "checker/driver/verify_rules.h"

#include "checker/driver/pipeline.h"
#include "checker/summary/serialize.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <set>

namespace kmem {

namespace {

/// Every name of the tree's summaries, and how many parameters the functions have that are defined there.
class Inventory {
public:
  bool wants(const summary::ContentHash &hash) { return seen.insert(hash).second; }

  void add(const summary::TuSummary &unit) {
    for (const summary::FunctionSummary &function : unit.functions)
      add(function);
    for (const summary::Initializer &initializer : unit.initializers)
      names.insert(withoutFile(initializer.field));
  }

  bool has(llvm::StringRef name) const { return names.contains(name); }
  /// Names that a pattern rule matches.
  bool hasMatch(const rules::RuleSet &rules, const rules::FunctionRule &rule) const {
    return llvm::any_of(names, [&](const auto &entry) { return rules.function(entry.getKey()) == &rule; });
  }
  /// Negative when the function is only called.
  int parameterCount(llvm::StringRef symbol) const {
    auto known = parameters.find(symbol);
    return known == parameters.end() ? -1 : known->second;
  }

private:
  /// "symbol@file" and "record.field@file" without the file.
  static llvm::StringRef withoutFile(llvm::StringRef name) { return name.split('@').first; }

  void add(const summary::FunctionSummary &function) {
    for (const std::string &name : function.names)
      names.insert(withoutFile(name));
    if (function.symbol != summary::noName)
      parameters[function.names[function.symbol]] = int(function.parameters.size());
  }

  std::set<summary::ContentHash> seen;
  llvm::StringSet<> names;
  llvm::StringMap<int> parameters;
};

/// The highest argument number a rule speaks of.
int highestArgument(const rules::FunctionRule &rule) {
  int highest = std::max({rule.sleepGfp, rule.lock, rule.familyTest, rule.gfpArg});
  if (rule.alloc) {
    highest = std::max({highest, rule.alloc->order, rule.alloc->gfp, rule.alloc->cache, rule.alloc->out});
    for (int size : rule.alloc->size)
      highest = std::max(highest, size);
  }
  if (rule.free)
    highest = std::max({highest, rule.free->arg, rule.free->cache, rule.free->order, rule.free->size});
  for (const rules::ContextEffect &effect : rule.effects)
    highest = std::max({highest, effect.amount, effect.flags});
  for (const rules::CallbackRule &callback : rule.callbacks)
    highest = std::max(highest, callback.arg);
  for (const rules::SourceRule &source : rule.sources)
    highest = std::max(highest, source.pointee);
  return highest;
}

class Verification {
public:
  Verification(const rules::RuleSet &rules, const Inventory &inventory) : rules(rules), inventory(inventory) {
    for (const rules::FunctionRule &rule : rules.functions)
      verify(rule);
    for (const rules::FieldRule &rule : rules.fields)
      sort(inventory.has(rule.name), rule.name, rule.origin);
  }

  void print(llvm::raw_ostream &out) const {
    section("In this tree", present, out);
    section("Not in this tree", missing, out);
    section("Another signature than the rule says", changed, out);
    out << present.size() << " rules match this tree, " << missing.size() << " match nothing, " << changed.size()
        << " name an argument that does not exist.\n";
  }

private:
  void verify(const rules::FunctionRule &rule) {
    bool isPattern = llvm::StringRef(rule.name).contains('*');
    sort(isPattern ? inventory.hasMatch(rules, rule) : inventory.has(rule.name), rule.name, rule.origin);
    int parameters = inventory.parameterCount(rule.name), needed = highestArgument(rule) + 1;
    if (parameters >= 0 && parameters < needed)
      changed.push_back(row(rule.name, rule.origin) + ": names argument " + std::to_string(needed - 1) + " of " +
                        std::to_string(parameters) + " parameters");
  }

  void sort(bool isPresent, llvm::StringRef name, const rules::RuleOrigin &origin) {
    (isPresent ? present : missing).push_back(row(name, origin));
  }

  static std::string row(llvm::StringRef name, const rules::RuleOrigin &origin) {
    return (name + " (" + origin.file + ":" + llvm::Twine(origin.line) + ")").str();
  }

  static void section(llvm::StringRef title, const std::vector<std::string> &rows, llvm::raw_ostream &out) {
    if (rows.empty())
      return;
    out << title << ":\n";
    for (const std::string &row : rows)
      out << "  " << row << "\n";
    out << "\n";
  }

  const rules::RuleSet &rules;
  const Inventory &inventory;
  std::vector<std::string> present, missing, changed;
};

} // namespace

int verifyRules(const rules::RuleSet &rules, llvm::ArrayRef<UnitResult> results, const store::SummaryCache &cache,
                Console &console) {
  Inventory inventory;
  int code = Clean;
  for (const UnitResult &result : results) {
    if (!result.summary) {
      code = UnitFailed;
      continue;
    }
    auto bytes = cache.read(*result.summary);
    auto unit =
        bytes ? summary::deserializeWanted((*bytes)->getBuffer(),
                                           [&](const summary::ContentHash &hash) { return inventory.wants(hash); })
              : bytes.takeError();
    if (unit) {
      inventory.add(*unit);
      continue;
    }
    console.warning(llvm::toString(unit.takeError()));
    code = UnitFailed;
  }
  Verification(rules, inventory).print(llvm::outs());
  return code;
}

} // namespace kmem
