#include "rules/lib/rules.h"

using namespace kmem;
using namespace kmem::rules;
using llvm::StringRef;

/// The part of a name behind which a kernel build hides its implementation; messages use the name people write.
static StringRef spellingOf(StringRef symbol) {
  symbol.consume_back("_noprof");
  return symbol;
}

/// Matches a pattern in which only '*' is special.
static bool matches(StringRef pattern, StringRef name) {
  auto [head, tail] = pattern.split('*');
  if (head.size() == pattern.size())
    return pattern == name;
  if (!name.consume_front(head))
    return false;
  for (size_t skipped = 0; skipped <= name.size(); ++skipped)
    if (matches(tail, name.drop_front(skipped)))
      return true;
  return false;
}

template <typename Rule>
static const Rule *lookup(const llvm::StringMap<unsigned> &index, const std::vector<Rule> &rules, StringRef name) {
  auto found = index.find(name);
  return found == index.end() ? nullptr : &rules[found->second];
}

RuleSet::FunctionIndex RuleSet::indexFunctions(std::vector<FunctionRule> &rules) {
  FunctionIndex index;
  for (unsigned i = 0; i < rules.size(); ++i) {
    FunctionRule &rule = rules[i];
    if (rule.spelling.empty())
      rule.spelling = spellingOf(rule.name).str();
    if (StringRef(rule.name).contains('*'))
      index.patterns.push_back(i);
    else
      index.exact[rule.name] = i;
  }
  return index;
}

void RuleSet::index() {
  functionIndex = indexFunctions(functions);
  replayIndex = indexFunctions(replayFunctions);
  auto indexNames = [](llvm::StringMap<unsigned> &index, const auto &rules, auto name) {
    index.clear();
    for (unsigned i = 0; i < rules.size(); ++i)
      index[name(rules[i])] = i;
  };
  indexNames(fieldIndex, fields, [](const FieldRule &rule) { return StringRef(rule.name); });
  indexNames(familyIndex, families, [](const FamilyRule &rule) { return StringRef(rule.name); });
  indexNames(checkIndex, checks, [](const CheckRule &rule) { return StringRef(rule.id); });
}

static const FunctionRule *matching(const std::vector<unsigned> &patterns, const std::vector<FunctionRule> &rules,
                                    StringRef symbol) {
  for (unsigned i : patterns)
    if (matches(rules[i].name, symbol))
      return &rules[i];
  return nullptr;
}

const FunctionRule *RuleSet::function(StringRef symbol) const {
  if (const FunctionRule *rule = lookup(functionIndex.exact, functions, symbol))
    return rule;
  return matching(functionIndex.patterns, functions, symbol);
}

const FunctionRule *RuleSet::replayFunction(StringRef symbol) const {
  if (const FunctionRule *rule = lookup(functionIndex.exact, functions, symbol))
    return rule;
  if (const FunctionRule *rule = lookup(replayIndex.exact, replayFunctions, symbol))
    return rule;
  if (const FunctionRule *rule = matching(functionIndex.patterns, functions, symbol))
    return rule;
  return matching(replayIndex.patterns, replayFunctions, symbol);
}

const FieldRule *RuleSet::field(StringRef name) const { return lookup(fieldIndex, fields, name.split('@').first); }
const FamilyRule *RuleSet::family(StringRef name) const { return lookup(familyIndex, families, name); }
const CheckRule *RuleSet::check(StringRef id) const { return lookup(checkIndex, checks, id); }
