// Stage: link. In: the summaries of every unit. Out: a Program: one entity per function, names shared, calls resolved
// through symbols, struct fields and arguments, and the entry points that rules name with the context they run in.
//
//   Linker ──▶ Program ──▶ walkContexts  (walk.h)        every site in every context that reaches it
//                     ├──▶ Provenance    (provenance.h)  where a pointer was allocated
//                     └──▶ Taint         (taint.h)       who chose a size
//
// A Program is immutable and does not depend on the order in which units were added.
#pragma once

#include "checker/summary/summary.h"
#include "rules/lib/rules.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <optional>

namespace kmem::link {

/// Values of the tree (probe), by rule value name.
using ValueTable = llvm::StringMap<int64_t>;

using FunctionId = uint32_t;
using NameKey = uint32_t; ///< program-wide; 0 is the empty name
inline constexpr FunctionId noFunction = ~FunctionId(0);

/// Every name of the program once.
class NameTable {
public:
  NameTable();
  NameKey intern(llvm::StringRef text);
  std::optional<NameKey> find(llvm::StringRef text) const;
  llvm::StringRef text(NameKey key) const { return texts[key]; }

private:
  llvm::StringMap<NameKey> keys;
  std::vector<llvm::StringRef> texts;
};

/// A call as the program sees it.
struct ResolvedCall {
  const rules::FunctionRule *rule = nullptr; ///< the callee is one the rules speak for
  FunctionId target = noFunction;            ///< the function called directly, when its body is known
};

/// A function of the program: its summary with shared names, and its calls resolved.
struct Function {
  summary::FunctionSummary summary;          ///< `names` is empty: use Program::name
  std::vector<NameKey> names;                ///< summary NameId -> NameKey
  std::vector<ResolvedCall> calls;           ///< one per summary call
  const rules::FunctionRule *rule = nullptr; ///< the rules speak for this function itself
  NameKey unit = 0;                          ///< main file of a unit that has its body; of several, the first by name
};

/// Where a call is.
struct CallRef {
  FunctionId function = noFunction;
  uint32_t call = 0;
  bool operator==(const CallRef &) const = default;
};

/// Where a pointer was stored: a store of a function, or an initialiser.
struct StoreRef {
  FunctionId function = noFunction; ///< noFunction: an initialiser
  uint32_t store = 0;
  bool operator==(const StoreRef &) const = default;
};

/// A function entered by the kernel itself.
struct EntryPoint {
  FunctionId function = noFunction;
  ContextSet runsIn;       ///< empty: process context
  std::string how;         ///< "handler of request_irq()", "net_device_ops.ndo_start_xmit"
  summary::Location where; ///< the registration; names are NameKeys
};

class Program {
public:
  const rules::RuleSet &rules() const { return *ruleSet; }
  llvm::ArrayRef<Function> functions() const { return all; }
  const Function &function(FunctionId id) const { return all[id]; }
  llvm::StringRef text(NameKey key) const { return nameTable.text(key); }
  llvm::StringRef name(const Function &f, summary::NameId id) const { return nameTable.text(f.names[id]); }
  NameKey key(const Function &f, summary::NameId id) const { return f.names[id]; }
  llvm::StringRef symbol(FunctionId id) const { return name(all[id], all[id].summary.symbol); }
  const NameTable &names() const { return nameTable; }

  /// The tree's value of a rule value name.
  std::optional<int64_t> value(llvm::StringRef name) const;

  /// Functions an indirect call can reach; `boundTarget` is used when the pointer is a parameter the caller fixed.
  llvm::SmallVector<FunctionId, 4> targets(const Function &caller, const summary::Call &call) const;
  llvm::ArrayRef<CallRef> callers(FunctionId id) const;
  llvm::ArrayRef<StoreRef> storesToField(NameKey field) const;
  llvm::ArrayRef<StoreRef> storesToGlobal(NameKey global) const;
  /// Functions that initialisers or stores put into a field or a global.
  llvm::ArrayRef<FunctionId> functionsIn(NameKey place) const;
  llvm::ArrayRef<EntryPoint> entryPoints() const { return entries; }
  /// Indices of the entry points that enter a function.
  llvm::ArrayRef<uint32_t> entryPointsOf(FunctionId id) const;
  /// Ops fields (or callback parameters) under which a function is known, for parameter sources.
  llvm::ArrayRef<const rules::FieldRule *> opsFieldsOf(FunctionId id) const;
  FunctionId functionByKey(NameKey key) const;
  /// Parameters whose value changes what the function does; bit i for parameter i.
  uint32_t relevantParameters(FunctionId id) const { return relevant[id]; }
  /// Whether a site that may sleep can be reached from here.
  bool maySleep(FunctionId id) const { return sleeps[id]; }

private:
  friend class ProgramBuilder;
  friend class Linker;
  const rules::RuleSet *ruleSet = nullptr;
  ValueTable values;
  NameTable nameTable;
  std::vector<Function> all;
  std::vector<std::vector<CallRef>> callersOf;
  llvm::DenseMap<NameKey, std::vector<StoreRef>> fieldStores, globalStores;
  llvm::DenseMap<NameKey, std::vector<FunctionId>> pointers;
  llvm::DenseMap<NameKey, FunctionId> byKey;
  llvm::DenseMap<FunctionId, std::vector<const rules::FieldRule *>> opsFields;
  std::vector<EntryPoint> entries;
  llvm::DenseMap<FunctionId, llvm::SmallVector<uint32_t, 1>> entriesOf;
  std::vector<uint32_t> relevant;
  std::vector<bool> sleeps;
};

/// Collects units in any order.
class Linker {
public:
  Linker(const rules::RuleSet &rules, const ValueTable &values);
  ~Linker();
  /// True when the linker has no function of this content yet.
  bool wants(const summary::ContentHash &hash) const;
  void add(summary::TuSummary unit);
  /// Resolves everything. The linker is empty afterwards.
  std::unique_ptr<Program> finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

/// Readable form, for --dump=program.
void dump(const Program &program, llvm::raw_ostream &out);

} // namespace kmem::link
