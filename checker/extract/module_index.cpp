#include "checker/extract/module_index.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/InlineAsm.h"

namespace kmem::extract {

/// Records nested by value deeper than this are not followed.
static constexpr unsigned maxRecordNesting = 8;

/// "struct.foo.12" -> "struct.foo": LLVM numbers types whose names collide.
static llvm::StringRef withoutNumber(llvm::StringRef name) {
  size_t dot = name.rfind('.');
  if (dot == llvm::StringRef::npos || name.count('.') < 2)
    return name;
  llvm::StringRef tail = name.substr(dot + 1);
  bool isNumber = !tail.empty() && tail.find_first_not_of("0123456789") == llvm::StringRef::npos;
  return isNumber ? name.take_front(dot) : name;
}

ModuleIndex::ModuleIndex(const KernelModule &module, const rules::RuleSet &rules, const UnitPlace &place)
    : module(module), rules(rules), main(place.mainFile), locations(place.sourceRoot, place.directory) {
  for (const auto &entry : module.facts.records)
    tags.try_emplace(entry.getValue().tag, &entry.getValue());
}

const std::string &ModuleIndex::functionKey(const llvm::Function &function) {
  std::string &key = keys[&function];
  if (!key.empty())
    return key;
  key = function.getName().str();
  if (function.hasLocalLinkage()) {
    const FunctionFact *known = fact(function);
    key += "@" + (known && !known->file.empty() ? known->file : main);
  }
  return key;
}

std::string ModuleIndex::globalKey(const llvm::GlobalVariable &global) const {
  return global.hasLocalLinkage() ? (global.getName() + "@" + main).str() : global.getName().str();
}

const FunctionFact *ModuleIndex::fact(const llvm::Function &function) const {
  auto it = module.facts.functions.find(function.getName());
  return it == module.facts.functions.end() ? nullptr : &it->second;
}

const rules::FunctionRule *ModuleIndex::rule(const llvm::Function &function) {
  auto [it, inserted] = ruleCache.try_emplace(&function, nullptr);
  if (inserted)
    it->second = rules.function(function.getName());
  return it->second;
}

llvm::StringRef ModuleIndex::calledByAssembly(const llvm::CallBase &call) {
  auto *assembly = llvm::dyn_cast<llvm::InlineAsm>(call.getCalledOperand());
  llvm::StringRef text = assembly ? llvm::StringRef(assembly->getAsmString()).ltrim() : "";
  if (!text.consume_front("call "))
    return "";
  return text.ltrim().take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
}

const rules::FunctionRule *ModuleIndex::ruleOfAssembly(const llvm::CallBase &call) const {
  llvm::StringRef symbol = calledByAssembly(call);
  return symbol.empty() ? nullptr : rules.function(symbol);
}

const RecordFact *ModuleIndex::record(const llvm::StructType &type) const {
  if (!type.hasName())
    return nullptr;
  auto it = module.facts.records.find(type.getName());
  if (it == module.facts.records.end())
    it = module.facts.records.find(withoutNumber(type.getName()));
  return it == module.facts.records.end() ? nullptr : &it->second;
}

const RecordFact *ModuleIndex::recordByTag(llvm::StringRef tag) const { return tags.lookup(tag); }

const FieldFact *ModuleIndex::memberAt(const RecordFact &record, uint64_t offset) const {
  const FieldFact *best = nullptr;
  for (const FieldFact &field : record.fields) {
    bool covers = field.offset == offset || (field.offset < offset && offset < field.offset + field.size);
    if (!covers)
      continue;
    // Of the members that cover it, the one that starts latest and, among those, is smallest (the innermost).
    bool better = !best || field.offset > best->offset || (field.offset == best->offset && field.size < best->size);
    if (better)
      best = &field;
  }
  return best;
}

FieldRef ModuleIndex::resolve(const RecordFact &record, uint64_t &offset) const {
  const RecordFact *at = &record;
  for (unsigned depth = 0; depth < maxRecordNesting; ++depth) {
    const FieldFact *field = memberAt(*at, offset);
    if (!field)
      return {};
    const RecordFact *inner = field->record.empty() ? nullptr : recordByTag(field->record);
    if (!inner || offset == field->offset)
      return {at, field};
    offset -= field->offset;
    at = inner;
  }
  return {};
}

std::string ModuleIndex::fieldKey(const RecordFact &record, const FieldFact &field) const {
  return record.tag + "." + field.name + "@" + record.file;
}

const summary::FunctionSummary *ModuleIndex::summaryOf(const llvm::Function &function) const {
  return summaries.lookup(&function);
}

void ModuleIndex::setSummary(const llvm::Function &function, const summary::FunctionSummary *summary) {
  summaries[&function] = summary;
}

} // namespace kmem::extract
