#include "checker/driver/rule_text.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

namespace kmem {

namespace {

constexpr unsigned nameWidth = 36;

std::string numbered(llvm::StringRef word, int argument) {
  return argument == rules::noArgument ? "" : (", " + word + " " + llvm::Twine(argument)).str();
}

std::string describe(const rules::AllocRule &rule) {
  std::string text = "allocates " + rule.family;
  for (int size : rule.size)
    text += numbered("size", size);
  text += numbered("order", rule.order) + numbered("gfp", rule.gfp) + numbered("cache", rule.cache) +
          numbered("out", rule.out);
  if (!rule.fixedGfp.empty())
    text += ", " + rule.fixedGfp;
  return rule.errPtr ? text + ", ERR_PTR on failure" : text;
}

std::string describe(const rules::FreeRule &rule) {
  return "frees argument " + std::to_string(rule.arg) + " of " + llvm::join(rule.families, "/");
}

std::string describe(const rules::ContextEffect &effect) {
  using Kind = rules::ContextEffect::Kind;
  switch (effect.kind) {
  case Kind::Enter:
    return ("enters " + contextComponentName(effect.component)).str();
  case Kind::Leave:
    return ("leaves " + contextComponentName(effect.component)).str();
  case Kind::SaveIrqs:
    return "saves irqs";
  case Kind::RestoreIrqs:
    return "restores irqs";
  case Kind::EnableIrqs:
    return "enables irqs";
  }
  return "";
}

std::string describe(const rules::CallbackRule &rule) {
  std::string where = rule.synchronous ? "here" : kmem::describe(rule.runsIn);
  return "argument " + std::to_string(rule.arg) + " is called in " + where;
}

std::vector<std::string> facts(const rules::FunctionRule &rule) {
  std::vector<std::string> list;
  if (rule.alloc)
    list.push_back(describe(*rule.alloc));
  if (rule.free)
    list.push_back(describe(*rule.free));
  if (rule.sleeps == rules::SleepWhen::Always)
    list.push_back("sleeps");
  if (rule.sleeps == rules::SleepWhen::GfpBlocks)
    list.push_back("sleeps by gfp " + std::to_string(rule.sleepGfp));
  for (const rules::ContextEffect &effect : rule.effects)
    list.push_back(describe(effect));
  for (const rules::CallbackRule &callback : rule.callbacks)
    list.push_back(describe(callback));
  for (const rules::SourceRule &source : rule.sources)
    list.push_back("brings " + source.kind + " data");
  for (auto [set, word] :
       {std::pair(rule.noReturn, "does not return"), {rule.bootOnly, "boot only"}, {rule.opaque, "opaque"}})
    if (set)
      list.push_back(word);
  if (!rule.model.empty())
    list.push_back("replayed as " + rule.model);
  return list;
}

std::string describe(const rules::FieldRule &rule) {
  std::string text = "field";
  if (rule.callback)
    text += rule.varies ? ", called in a context that varies" : ", called in " + kmem::describe(rule.runsIn);
  for (const auto &source : rule.paramSources)
    text += ", parameter " + std::to_string(source.param) + " from the " + source.kind;
  return rule.source.empty() ? text : text + ", chosen by the " + rule.source;
}

void printRow(llvm::StringRef name, const llvm::Twine &text, const rules::RuleOrigin &origin, llvm::raw_ostream &out) {
  out << llvm::left_justify(name, nameWidth) << " " << text << "  (" << origin.file << ":" << origin.line << ")\n";
}

} // namespace

void printRules(const rules::RuleSet &rules, llvm::raw_ostream &out) {
  for (const rules::FunctionRule &rule : rules.functions)
    printRow(rule.name, llvm::join(facts(rule), "; "), rule.origin, out);
  for (const rules::FunctionRule &rule : rules.replayFunctions)
    printRow(rule.name, "replay: " + llvm::join(facts(rule), "; "), rule.origin, out);
  for (const rules::FieldRule &rule : rules.fields)
    printRow(rule.name, describe(rule), rule.origin, out);
  for (const rules::FamilyRule &rule : rules.families)
    printRow(rule.name, "family: " + rule.description, rule.origin, out);
  for (const rules::ValueRule &rule : rules.values)
    printRow(rule.name, "value: " + (rule.expression.empty() ? rule.name : rule.expression), rule.origin, out);
}

void printIndented(llvm::StringRef text, llvm::raw_ostream &out) {
  llvm::SmallVector<llvm::StringRef> lines;
  text.rtrim().split(lines, '\n');
  for (llvm::StringRef line : lines)
    out << (line.empty() ? "" : "    ") << line << "\n";
}

} // namespace kmem
