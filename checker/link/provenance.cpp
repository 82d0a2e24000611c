#include "checker/link/provenance.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::link {

using namespace summary;

/// Assignments and calls followed from a pointer to its allocation.
static constexpr unsigned maxProvenanceDepth = 8;
/// A field or parameter with more writers than this is not traced: a generic container.
static constexpr size_t maxWriters = 24;
/// Different allocations kept for one pointer.
static constexpr size_t maxOrigins = 16;

static void merge(Origins &into, Origins more) {
  into.unknown |= more.unknown;
  for (AllocationOrigin &origin : more.known)
    if (!llvm::is_contained(into.known, origin)) {
      if (into.known.size() >= maxOrigins)
        into.unknown = true;
      else
        into.known.push_back(origin);
    }
}

static Origins unknownOrigins() { return {{}, true}; }

static Origins moved(Origins origins, int64_t bytes) {
  for (AllocationOrigin &origin : origins.known)
    origin.offset += bytes;
  return origins;
}

static Origins returnedBy(CallRef call, Origins origins) {
  for (AllocationOrigin &origin : origins.known)
    origin.returns.push_back(call);
  return origins;
}

Origins Provenance::of(FunctionId in, ExprId pointer, bool intoCallers, unsigned depth) {
  if (depth > maxProvenanceDepth)
    return unknownOrigins();
  auto key = std::make_tuple(in, pointer, intoCallers);
  if (auto it = memo.find(key); it != memo.end())
    return it->second;
  memo[key] = {}; // a cycle adds nothing
  Origins result = compute(in, pointer, intoCallers, depth);
  memo[key] = result;
  return result;
}

Origins Provenance::compute(FunctionId in, ExprId pointer, bool intoCallers, unsigned depth) {
  const Function &f = program.function(in);
  const Expr &e = f.summary.exprs[pointer];
  auto part = [&](ExprId a) { return of(in, a, intoCallers, depth + 1); };
  switch (e.kind) {
  case ExprKind::Constant:
  case ExprKind::Extend: // an error code made a pointer
  case ExprKind::Truncate:
    return {};
  case ExprKind::CallResult:
    return ofCall(in, uint32_t(e.value), intoCallers, depth);
  case ExprKind::FieldLoad:
    return ofStores(program.storesToField(f.names[e.name]), depth);
  case ExprKind::GlobalLoad:
    return ofStores(program.storesToGlobal(f.names[e.name]), depth);
  case ExprKind::SlotLoad:
    return ofSlot(in, uint32_t(e.value), intoCallers, depth);
  case ExprKind::Parameter:
    return intoCallers ? ofParameter(in, uint32_t(e.value), depth) : unknownOrigins();
  case ExprKind::FieldAddress:
  case ExprKind::PointerAdd:
    return moved(part(e.a), e.value);
  case ExprKind::PointerStep: {
    if (e.value < 0)
      return unknownOrigins(); // an index that may be zero
    Origins origins = part(e.a);
    for (AllocationOrigin &origin : origins.known)
      origin.stepped = true;
    return origins;
  }
  case ExprKind::Select:
  case ExprKind::Merge: {
    Origins origins = part(e.kind == ExprKind::Select ? e.b : e.a);
    merge(origins, part(e.kind == ExprKind::Select ? e.c : e.b));
    return origins;
  }
  default:
    return unknownOrigins();
  }
}

Origins Provenance::ofCall(FunctionId in, uint32_t call, bool intoCallers, unsigned depth) {
  const Function &f = program.function(in);
  if (call >= f.calls.size())
    return unknownOrigins();
  const ResolvedCall &resolved = f.calls[call];
  if (resolved.rule && resolved.rule->alloc && resolved.rule->alloc->out < 0)
    return {{AllocationOrigin{{in, call}, &*resolved.rule->alloc}}, false};
  if (resolved.rule && (resolved.rule->opaque || resolved.rule->free))
    return unknownOrigins();
  if (resolved.target == noFunction)
    return unknownOrigins();
  Origins origins;
  for (const Exit &exit : program.function(resolved.target).summary.exits)
    merge(origins, ofCallee(in, call, resolved.target, exit.value, intoCallers, depth + 1));
  return returnedBy({in, call}, std::move(origins));
}

/// Whether an expression is a parameter of its function, perhaps moved.
static bool standsForParameter(const Function &f, ExprId expr) {
  const Expr *e = &f.summary.exprs[expr];
  while (e->kind == ExprKind::FieldAddress || e->kind == ExprKind::PointerAdd)
    e = &f.summary.exprs[e->a];
  return e->kind == ExprKind::Parameter;
}

Origins Provenance::ofCallee(FunctionId caller, uint32_t call, FunctionId callee, ExprId expr, bool intoCallers,
                             unsigned depth) {
  const Function &f = program.function(callee);
  if (!standsForParameter(f, expr))
    return of(callee, expr, false, depth);
  int64_t offset = 0;
  const Expr *e = &f.summary.exprs[expr];
  for (; e->kind != ExprKind::Parameter; e = &f.summary.exprs[e->a])
    offset += e->value;
  const auto &states = program.function(caller).summary.calls[call].states;
  if (states.empty() || size_t(e->value) >= states.front().arguments.size())
    return unknownOrigins();
  return moved(of(caller, states.front().arguments[size_t(e->value)], intoCallers, depth), offset);
}

Origins Provenance::ofStores(llvm::ArrayRef<StoreRef> stores, unsigned depth) {
  if (stores.empty() || stores.size() > maxWriters)
    return unknownOrigins();
  Origins origins;
  for (const StoreRef &ref : stores) {
    const Store &store = program.function(ref.function).summary.stores[ref.store];
    Origins here = of(ref.function, store.value, true, depth + 1);
    for (AllocationOrigin &origin : here.known) {
      origin.throughField = true;
      origin.stores.push_back(ref);
    }
    merge(origins, std::move(here));
  }
  return origins;
}

Origins Provenance::ofSlot(FunctionId in, uint32_t slot, bool intoCallers, unsigned depth) {
  const Function &f = program.function(in);
  Origins origins;
  bool written = false;
  for (const Store &store : f.summary.stores)
    if (store.place == PlaceKind::Slot && store.index == slot) {
      written = true;
      merge(origins, of(in, store.value, intoCallers, depth + 1));
    }
  for (uint32_t i = 0; i < f.calls.size(); ++i) {
    const Call &call = f.summary.calls[i];
    if (call.states.empty())
      continue;
    const std::vector<ExprId> &arguments = call.states.front().arguments;
    for (size_t a = 0; a < arguments.size(); ++a) {
      const Expr &argument = f.summary.exprs[arguments[a]];
      if (argument.kind != ExprKind::SlotAddress || argument.value != int64_t(slot))
        continue;
      const ResolvedCall &resolved = f.calls[i];
      if (resolved.rule && resolved.rule->alloc && resolved.rule->alloc->out == int(a)) {
        written = true;
        merge(origins, {{AllocationOrigin{{in, i}, &*resolved.rule->alloc}}, false});
        continue;
      }
      if (resolved.target == noFunction)
        continue;
      for (const Store &store : program.function(resolved.target).summary.stores)
        if (store.place == PlaceKind::ParameterPointee && store.index == a) {
          written = true;
          merge(origins, returnedBy({in, i}, ofCallee(in, i, resolved.target, store.value, intoCallers, depth + 1)));
        }
    }
  }
  origins.unknown |= !written;
  return origins;
}

Origins Provenance::ofParameter(FunctionId in, uint32_t parameter, unsigned depth) {
  llvm::ArrayRef<CallRef> callers = program.callers(in);
  if (callers.empty() || callers.size() > maxWriters)
    return unknownOrigins();
  Origins origins;
  for (const CallRef &ref : callers)
    for (const PathState &state : program.function(ref.function).summary.calls[ref.call].states)
      if (parameter < state.arguments.size())
        merge(origins, of(ref.function, state.arguments[parameter], true, depth + 1));
  return origins;
}

} // namespace kmem::link
