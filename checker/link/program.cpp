#include "checker/link/program.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::link {

using namespace summary;

/// A pointer that can be more functions than this tells nothing about which of them runs here.
static constexpr size_t maxIndirectTargets = 256;

std::optional<int64_t> Program::value(llvm::StringRef name) const {
  auto it = values.find(name);
  return it == values.end() ? std::nullopt : std::optional(it->second);
}

llvm::ArrayRef<CallRef> Program::callers(FunctionId id) const { return callersOf[id]; }

template <typename Map> static auto lookUp(const Map &map, NameKey key) {
  auto it = map.find(key);
  using Element = typename Map::mapped_type::value_type;
  return it == map.end() ? llvm::ArrayRef<Element>() : llvm::ArrayRef<Element>(it->second);
}

llvm::ArrayRef<StoreRef> Program::storesToField(NameKey field) const { return lookUp(fieldStores, field); }
llvm::ArrayRef<StoreRef> Program::storesToGlobal(NameKey global) const { return lookUp(globalStores, global); }
llvm::ArrayRef<FunctionId> Program::functionsIn(NameKey place) const { return lookUp(pointers, place); }

llvm::ArrayRef<const rules::FieldRule *> Program::opsFieldsOf(FunctionId id) const {
  auto it = opsFields.find(id);
  return it == opsFields.end() ? llvm::ArrayRef<const rules::FieldRule *>()
                               : llvm::ArrayRef<const rules::FieldRule *>(it->second);
}

llvm::ArrayRef<uint32_t> Program::entryPointsOf(FunctionId id) const {
  auto it = entriesOf.find(id);
  return it == entriesOf.end() ? llvm::ArrayRef<uint32_t>() : llvm::ArrayRef<uint32_t>(it->second);
}

FunctionId Program::functionByKey(NameKey key) const {
  auto it = byKey.find(key);
  return it == byKey.end() ? noFunction : it->second;
}

/// The global or field that a pointer is loaded from: itself, or the array it is an element of.
static NameId placeOfLoad(const Function &f, const Expr &load) {
  if (load.kind != ExprKind::PointeeLoad)
    return load.name;
  const Expr *address = &f.summary.exprs[load.a];
  while (address->kind == ExprKind::PointerStep || address->kind == ExprKind::PointerAdd)
    address = &f.summary.exprs[address->a];
  return address->kind == ExprKind::GlobalAddress || address->kind == ExprKind::FieldAddress ? address->name : noName;
}

llvm::SmallVector<FunctionId, 4> Program::targets(const Function &caller, const Call &call) const {
  llvm::SmallVector<FunctionId, 4> found;
  llvm::SmallVector<ExprId, 4> work{call.target};
  while (!work.empty()) {
    const Expr &e = caller.summary.exprs[work.pop_back_val()];
    switch (e.kind) {
    case ExprKind::FunctionAddress:
      if (FunctionId id = functionByKey(caller.names[e.name]); id != noFunction)
        found.push_back(id);
      break;
    case ExprKind::FieldLoad:
    case ExprKind::GlobalLoad:
    case ExprKind::PointeeLoad: {
      const NameId name = placeOfLoad(caller, e);
      if (name == noName)
        break;
      NameKey place = caller.names[name];
      const rules::FieldRule *rule = ruleSet->field(text(place));
      // Where the rules say in which context the field is entered, they know better than this caller.
      if (rule && (rule->varies || rule->callback))
        break;
      llvm::ArrayRef<FunctionId> candidates = functionsIn(place);
      if (candidates.size() <= maxIndirectTargets)
        found.append(candidates.begin(), candidates.end());
      break;
    }
    case ExprKind::Select:
      work.append({e.b, e.c});
      break;
    case ExprKind::Merge:
      work.append({e.a, e.b});
      break;
    default:
      break;
    }
  }
  llvm::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void dump(const Program &program, llvm::raw_ostream &out) {
  for (const EntryPoint &entry : program.entryPoints())
    out << "entry " << program.symbol(entry.function) << " in " << describe(entry.runsIn) << " by " << entry.how
        << " at " << program.text(entry.where.file) << ':' << entry.where.line << '\n';
  for (FunctionId id = 0; id < program.functions().size(); ++id) {
    const Function &f = program.function(id);
    out << "function " << program.name(f, f.summary.key) << (program.maySleep(id) ? " may-sleep" : "");
    for (unsigned i = 0; i < 32; ++i)
      if (program.relevantParameters(id) >> i & 1)
        out << " uses-parameter-" << i;
    out << '\n';
    for (size_t i = 0; i < f.calls.size(); ++i) {
      const Call &call = f.summary.calls[i];
      if (f.calls[i].target != noFunction)
        out << "  calls " << program.symbol(f.calls[i].target) << '\n';
      else if (call.kind == CalleeKind::Indirect)
        for (FunctionId target : program.targets(f, call))
          out << "  may call " << program.symbol(target) << '\n';
    }
  }
}

} // namespace kmem::link
