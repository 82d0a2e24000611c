#include "rules/lib/rows.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <algorithm>

using namespace kmem;
using namespace kmem::rules;
using llvm::Error;
using llvm::StringRef;

static Error problemAt(const RuleOrigin &origin, const llvm::Twine &what) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 origin.file + ":" + llvm::Twine(origin.line) + ": " + what);
}

namespace {

/// Collects the rules that hold, refusing a second one of the same name.
class Assembly {
public:
  explicit Assembly(const TreeFacts &facts) : facts(facts) {}

  void addRestrictionSets(const RuleFile &file) {
    for (const RestrictionSetRow &row : file.restrictionSets)
      restrictionSets[row.name.name] = &row;
  }

  Error add(const RuleFile &file) {
    result.probeHeaders.insert(result.probeHeaders.end(), file.probeHeaders.begin(), file.probeHeaders.end());
    for (const FunctionRow &row : file.functions)
      if (Error error = addFunctionRow(row, file.file, result.functions, functions))
        return error;
    for (const FunctionRow &row : file.replayFunctions)
      if (Error error = addFunctionRow(row, file.file, result.replayFunctions, replayFunctions))
        return error;
    for (const FieldRow &row : file.fields)
      if (Error error = addRow(row.names, row.when, row.rule, file.file, result.fields, fields))
        return error;
    for (const ValueRow &row : file.values)
      if (Error error = addRow(row.names, row.rule.when, row.rule, file.file, result.values, values))
        return error;
    for (const FamilyRow &row : file.families)
      if (Error error = addRow({row.name}, {}, row.rule, file.file, result.families, families))
        return error;
    for (const CheckRow &row : file.checks)
      if (Error error = addCheck(row, file.file))
        return error;
    return Error::success();
  }

  llvm::Expected<RuleSet> take() {
    for (const FunctionRule &rule : result.replayFunctions)
      if (auto other = functions.find(rule.name); other != functions.end())
        return duplicate(rule.name, rule.origin, other->second.origin);
    result.index();
    return std::move(result);
  }

private:
  /// Where a name was defined, under which condition, and its index in the result.
  struct Place {
    RuleOrigin origin;
    Condition when;
    size_t index;
  };
  using Places = llvm::StringMap<Place>;

  Error addFunctionRow(const FunctionRow &row, const std::string &file, std::vector<FunctionRule> &rules,
                       Places &places) {
    FunctionRule rule = row.rule;
    for (const PlacedName &set : row.restrictionSets) {
      auto found = restrictionSets.find(set.name);
      if (found == restrictionSets.end())
        return problemAt({file, set.line}, "unknown gfp restriction set '" + set.name + "'");
      const auto &refuses = found->second->refuses;
      rule.gfpRestrictions.insert(rule.gfpRestrictions.end(), refuses.begin(), refuses.end());
    }
    if (rule.sleeps != SleepWhen::Never && rule.forbiddenIn.empty())
      rule.forbiddenIn = ContextSet::fromRaw((1u << contextComponentCount) - 1);
    return addRow(row.names, row.when, rule, file, rules, places);
  }

  Error addCheck(const CheckRow &row, const std::string &file) {
    CheckRule rule = row.rule;
    rule.id = row.id.name;
    rule.origin = {file, row.id.line};
    auto [place, isNew] = checks.try_emplace(rule.id, Place{rule.origin, {}, 0});
    if (!isNew)
      return duplicate(rule.id, rule.origin, place->second.origin);
    result.checks.push_back(std::move(rule));
    return Error::success();
  }

  template <typename Rule>
  Error addRow(const std::vector<PlacedName> &names, const Condition &when, const Rule &row, const std::string &file,
               std::vector<Rule> &rules, Places &places) {
    if (!holds(when, facts))
      return Error::success();
    for (const PlacedName &name : names) {
      Rule rule = row;
      rule.name = name.name;
      rule.origin = {file, name.line};
      if (Error error = addRule(std::move(rule), when, rules, places))
        return error;
    }
    return Error::success();
  }

  template <typename Rule> Error addRule(Rule rule, const Condition &when, std::vector<Rule> &rules, Places &places) {
    auto [place, isNew] = places.try_emplace(rule.name, Place{rule.origin, when, rules.size()});
    if (isNew) {
      rules.push_back(std::move(rule));
      return Error::success();
    }
    Place &other = place->second;
    if (!facts.version.empty() || !versionsDisjoint(when, other.when))
      return duplicate(rule.name, rule.origin, other.origin);
    // The release is unknown, so each of its versions holds: the newest one speaks.
    if (when.before.empty() || (!other.when.before.empty() && compareVersions(other.when.before, when.before) < 0)) {
      other = {rule.origin, when, other.index};
      rules[other.index] = std::move(rule);
    }
    return Error::success();
  }

  static Error duplicate(const std::string &name, const RuleOrigin &here, const RuleOrigin &there) {
    return problemAt(here, "duplicate name '" + name + "', also at " + there.file + ":" + llvm::Twine(there.line));
  }

  const TreeFacts &facts;
  RuleSet result;
  llvm::StringMap<const RestrictionSetRow *> restrictionSets;
  Places functions, replayFunctions, fields, values, families, checks;
};

} // namespace

static llvm::Expected<std::vector<std::string>> listRuleFiles(StringRef directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator entry(directory, error), end; entry != end && !error;
       entry.increment(error))
    if (StringRef(entry->path()).ends_with(".yaml"))
      files.push_back(entry->path());
  if (error)
    return llvm::createStringError(error, directory + ": " + error.message());
  if (files.empty())
    return llvm::createStringError(llvm::inconvertibleErrorCode(), directory + ": no rule files (*.yaml)");
  std::sort(files.begin(), files.end());
  return files;
}

static llvm::Expected<RuleFile> readRuleFile(StringRef path, StringRef directory) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError(buffer.getError(), path + ": " + buffer.getError().message());
  StringRef relative = path;
  relative.consume_front(directory);
  return parseRuleFile((*buffer)->getMemBufferRef(), relative.ltrim('/'));
}

llvm::Expected<RuleSet> rules::loadRules(StringRef directory, const TreeFacts &facts) {
  auto paths = listRuleFiles(directory);
  if (!paths)
    return paths.takeError();
  std::vector<RuleFile> files;
  for (const std::string &path : *paths) {
    auto file = readRuleFile(path, directory);
    if (!file)
      return file.takeError();
    files.push_back(std::move(*file));
  }
  Assembly assembly(facts);
  for (const RuleFile &file : files)
    assembly.addRestrictionSets(file);
  for (const RuleFile &file : files)
    if (Error error = assembly.add(file))
      return error;
  return assembly.take();
}
