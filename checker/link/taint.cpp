#include "checker/link/taint_frame.h"

namespace kmem::link {

using namespace summary;

/// What the path knows of a value.
static PartRange boundOf(const PathState *state, ExprId id) {
  PartRange bound;
  bound.value = id;
  if (!state)
    return bound;
  auto narrow = [&](uint64_t low, uint64_t high, bool checked) {
    bound.low = std::max(bound.low, low);
    bound.high = std::min(bound.high, high);
    bound.checked |= checked;
  };
  for (const ArgumentRange &range : state->ranges)
    if (range.argument < state->arguments.size() && state->arguments[range.argument] == id)
      narrow(range.low, range.high, range.checked);
  for (const PartRange &part : state->parts)
    if (part.value == id)
      narrow(part.low, part.high, part.checked);
  return bound;
}

Taint::Taint(const Program &program) : program(program), written(program), limited(program) { findIndirectCallers(); }

void Taint::findIndirectCallers() {
  indirectCallers.resize(program.functions().size());
  for (FunctionId id = 0; id < program.functions().size(); ++id) {
    const Function &f = program.function(id);
    for (uint32_t i = 0; i < f.summary.calls.size(); ++i) {
      const Call &call = f.summary.calls[i];
      if (call.kind == CalleeKind::Indirect && !call.states.empty())
        for (FunctionId target : program.targets(f, call))
          indirectCallers[target].push_back({id, i});
    }
  }
}

Flow Taint::flowOf(FunctionId in, ExprId expr, const PathState &state) {
  Frame frame{in, &state};
  return follow(frame, expr);
}

Flow Taint::follow(Frame &frame, ExprId id) {
  if (id == unknownExpr || frame.depth > maxTaintDepth)
    return untainted();
  if (auto it = frame.known.find(id); it != frame.known.end())
    return it->second;
  PartRange bound = boundOf(frame.state, id);
  const Expr &e = program.function(frame.function).summary.exprs[id];
  ++frame.depth;
  Flow flow = bound.checked ? untainted() : compute(frame, id);
  --frame.depth;
  bool isValue = e.kind == ExprKind::Parameter || e.kind == ExprKind::CallResult || e.kind == ExprKind::FieldLoad ||
                 e.kind == ExprKind::SlotLoad || e.kind == ExprKind::PointeeLoad;
  if (flow.origin && isValue && limited.refusedByCallee(frame.function, id))
    flow = untainted();
  flow.low = std::max(flow.low, bound.low);
  flow.high = std::min({flow.high, bound.high, maxOf(e.width)});
  frame.known[id] = flow;
  return flow;
}

Flow Taint::compute(Frame &frame, ExprId id) {
  const Expr &e = program.function(frame.function).summary.exprs[id];
  switch (e.kind) {
  case ExprKind::Constant:
    return untainted(uint64_t(e.value), uint64_t(e.value));
  case ExprKind::Parameter:
    return parameter(frame, e);
  case ExprKind::CallResult:
    return result(frame, e);
  case ExprKind::FieldLoad:
  case ExprKind::SlotLoad:
  case ExprKind::PointeeLoad:
    return load(frame, e);
  case ExprKind::Select:
    return select(frame, e);
  default:
    return arithmetic(frame, e);
  }
}

} // namespace kmem::link
