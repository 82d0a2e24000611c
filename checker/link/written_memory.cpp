#include "checker/link/written_memory.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::link {

using namespace summary;

ExprId objectAround(const Function &f, ExprId address) {
  const Expr &e = f.summary.exprs[address];
  switch (e.kind) {
  case ExprKind::FieldAddress:
  case ExprKind::PointerAdd:
  case ExprKind::PointerStep:
    return e.a;
  default:
    return unknownExpr;
  }
}

WrittenMemory::WrittenMemory(const Program &program) : program(program), writes(program.functions().size()) {
  for (FunctionId id = 0; id < program.functions().size(); ++id) {
    const Function &f = program.function(id);
    for (uint32_t i = 0; i < f.calls.size(); ++i)
      if (const rules::FunctionRule *rule = f.calls[i].rule)
        for (const rules::SourceRule &source : rule->sources)
          if (source.pointee != rules::noArgument)
            add(id, i, source.pointee, source.kind);
  }
  while (!work.empty()) {
    Filled filled = std::move(work.back());
    work.pop_back();
    for (const CallRef &caller : program.callers(filled.function))
      if (!program.function(caller.function).calls[caller.call].rule)
        add(caller.function, caller.call, int(filled.parameter), filled.kind);
  }
}

void WrittenMemory::add(FunctionId function, uint32_t call, int argument, const std::string &kind) {
  const Function &f = program.function(function);
  for (const PathState &state : f.summary.calls[call].states) {
    if (size_t(argument) >= state.arguments.size())
      continue;
    ExprId address = state.arguments[size_t(argument)];
    bool known = llvm::any_of(writes[function], [&](const OutsideWrite &w) { return w.address == address; });
    if (address == unknownExpr || known)
      continue;
    writes[function].push_back({address, call, kind});
    const Expr &e = f.summary.exprs[address];
    if (e.kind == ExprKind::Parameter)
      work.push_back({function, uint32_t(e.value), kind});
  }
}

const OutsideWrite *WrittenMemory::writeTo(FunctionId function, ExprId address) const {
  const Function &f = program.function(function);
  for (; address != unknownExpr; address = objectAround(f, address))
    for (const OutsideWrite &write : writes[function])
      if (write.address == address)
        return &write;
  return nullptr;
}

const OutsideWrite *WrittenMemory::writeTo(FunctionId function, const Expr &load) const {
  const Function &f = program.function(function);
  for (const OutsideWrite &write : writes[function]) {
    const Expr &at = f.summary.exprs[write.address];
    if (load.kind == ExprKind::FieldLoad && at.kind == ExprKind::FieldAddress && at.name == load.name && at.a == load.a)
      return &write;
    if (load.kind == ExprKind::SlotLoad && at.kind == ExprKind::SlotAddress && at.value == load.value)
      return &write;
  }
  return load.kind == ExprKind::SlotLoad ? nullptr : writeTo(function, load.a);
}

} // namespace kmem::link
