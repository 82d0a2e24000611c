// Stage: extract. What every extractor asks about the module as a whole: keys of functions and globals, the rule behind
// a callee, the field behind an address, the place behind an instruction, and the summaries made so far.
#pragma once

#include "checker/extract/extract.h"
#include "checker/summary/summary.h"
#include "core/frontend/kernel_module.h"
#include "core/frontend/locations.h"
#include "rules/lib/rules.h"

#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace llvm {
class CallBase;
class GEPOperator;
class StructType;
class Type;
} // namespace llvm

namespace kmem::extract {

/// A member of a named record, found through a type and a byte offset.
struct FieldRef {
  const RecordFact *record = nullptr;
  const FieldFact *field = nullptr;
};

class ModuleIndex {
public:
  ModuleIndex(const KernelModule &module, const rules::RuleSet &rules, const UnitPlace &place);

  /// "symbol", or "symbol@file" for what is local to a file.
  const std::string &functionKey(const llvm::Function &function);
  std::string globalKey(const llvm::GlobalVariable &global) const;
  const FunctionFact *fact(const llvm::Function &function) const;
  /// The rule for a function, or null.
  const rules::FunctionRule *rule(const llvm::Function &function);
  /// The symbol that inline assembly calls, as far as it is spelled out there; empty when it calls none.
  static llvm::StringRef calledByAssembly(const llvm::CallBase &call);
  /// The rule for that symbol, or null.
  const rules::FunctionRule *ruleOfAssembly(const llvm::CallBase &call) const;

  const RecordFact *record(const llvm::StructType &type) const;
  /// The innermost listed member at `offset` of `record`; null when there is none.
  const FieldFact *memberAt(const RecordFact &record, uint64_t offset) const;
  /// Follows `offset` through by-value named records to the innermost one. `offset` becomes relative to it.
  FieldRef resolve(const RecordFact &record, uint64_t &offset) const;
  /// "record.field@file".
  std::string fieldKey(const RecordFact &record, const FieldFact &field) const;
  const RecordFact *recordByTag(llvm::StringRef tag) const;

  ModuleLocation placeOf(const llvm::Instruction &instruction) { return locations.resolve(instruction); }
  ModuleLocation placeOf(const llvm::Function &function) { return locations.resolve(function); }
  const llvm::DataLayout &layout() const { return module.module->getDataLayout(); }
  const KernelModule &kernelModule() const { return module; }
  const rules::RuleSet &ruleSet() const { return rules; }
  llvm::StringRef mainFile() const { return main; }

  /// The summary of a function of this unit that was visited before, or null.
  const summary::FunctionSummary *summaryOf(const llvm::Function &function) const;
  void setSummary(const llvm::Function &function, const summary::FunctionSummary *summary);

private:
  const KernelModule &module;
  const rules::RuleSet &rules;
  std::string main;
  LocationResolver locations;
  llvm::DenseMap<const llvm::Function *, std::string> keys;
  llvm::DenseMap<const llvm::Function *, const rules::FunctionRule *> ruleCache;
  llvm::DenseMap<const llvm::Function *, const summary::FunctionSummary *> summaries;
  llvm::StringMap<const RecordFact *> tags;
};

} // namespace kmem::extract
