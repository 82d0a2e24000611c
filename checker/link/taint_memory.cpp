// The part of Taint that follows values through memory: who filled what a load reads.
#include "checker/link/taint_frame.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::link {

using namespace summary;

static std::string bareField(llvm::StringRef key) { return key.split('@').first.str(); }

static TaintOrigin filledBy(const Program &program, FunctionId function, const OutsideWrite &write) {
  return {write.kind, "what " + calleeText(program, function, write.call) + " reads", function, int32_t(write.call)};
}

/// Whether every caller holds a member of the object it hands on against a limit first.
bool Taint::checkedByCallers(FunctionId function, NameKey field, ExprId object, unsigned hops) const {
  const Function &f = program.function(function);
  const Expr &base = f.summary.exprs[object];
  if (base.kind != ExprKind::Parameter || hops >= maxTaintHops)
    return false;
  auto checkedBy = [&](const CallRef &caller) {
    const Function &c = program.function(caller.function);
    auto checkedIn = [&](const PathState &state) {
      if (size_t(base.value) >= state.arguments.size())
        return false;
      ExprId handed = state.arguments[size_t(base.value)];
      for (const PartRange &part : state.parts) {
        const Expr &e = c.summary.exprs[part.value];
        if (part.checked && e.kind == ExprKind::FieldLoad && e.a == handed && c.names[e.name] == field)
          return true;
      }
      return checkedByCallers(caller.function, field, handed, hops + 1);
    };
    return llvm::all_of(c.summary.calls[caller.call].states, checkedIn);
  };
  llvm::ArrayRef<CallRef> callers = program.callers(function);
  return !callers.empty() && llvm::all_of(callers, checkedBy);
}

/// Who chose what a load reads, checks left aside.
std::optional<TaintOrigin> Taint::loaded(Frame &frame, const Expr &e) {
  const Function &f = program.function(frame.function);
  if (e.kind == ExprKind::FieldLoad) {
    const rules::FieldRule *rule = program.rules().field(program.name(f, e.name));
    if (rule && !rule->source.empty())
      return TaintOrigin{rule->source, "", frame.function};
    if (e.value % summary::loadVersion)
      return TaintOrigin{"foreign", "declared in a foreign byte order", frame.function};
  }
  if (const OutsideWrite *write = written.writeTo(frame.function, e))
    return filledBy(program, frame.function, *write);
  return e.kind == ExprKind::SlotLoad ? std::nullopt : memory(frame, e.a, 0);
}

Flow Taint::load(Frame &frame, const Expr &e) {
  const Function &f = program.function(frame.function);
  Flow flow;
  flow.origin = loaded(frame, e);
  if (!flow.origin || e.kind != ExprKind::FieldLoad)
    return flow;
  // What was copied in right here has to be checked by this function or one that it calls; anything else may have been
  // checked where it came in.
  NameKey field = f.names[e.name];
  bool copiedHere = flow.origin->call >= 0 && flow.origin->function == frame.function;
  if (copiedHere
          ? limited.checkedByCallee(frame.function, field)
          : limited.checkedOutside(frame.function, field) || checkedByCallers(frame.function, field, e.a, frame.hops))
    return untainted();
  std::string &what = flow.origin->what;
  what = bareField(program.name(f, e.name)) + (what.empty() ? "" : " (" + what + ")");
  return flow;
}

/// Who filled the object at `address`.
std::optional<TaintOrigin> Taint::memory(Frame &frame, ExprId address, unsigned depth) {
  if (address == unknownExpr || depth > maxTaintDepth)
    return std::nullopt;
  const Function &f = program.function(frame.function);
  if (const OutsideWrite *write = written.writeTo(frame.function, address))
    return filledBy(program, frame.function, *write);
  while (ExprId around = objectAround(f, address))
    address = around;
  const Expr &e = f.summary.exprs[address];
  if (e.kind == ExprKind::CallResult && f.calls[size_t(e.value)].rule) {
    for (const rules::SourceRule &source : f.calls[size_t(e.value)].rule->sources)
      if (source.returned())
        return TaintOrigin{source.kind, "what " + calleeText(program, frame.function, uint32_t(e.value)) + " points to",
                           frame.function, int32_t(e.value)};
    return std::nullopt;
  }
  if (e.kind != ExprKind::Parameter)
    return std::nullopt;
  if (!frame.caller)
    return memoryFromCallers(frame.function, uint32_t(e.value), frame.hops);
  const std::vector<ExprId> &arguments = frame.caller->state->arguments;
  return size_t(e.value) < arguments.size() ? memory(*frame.caller, arguments[size_t(e.value)], depth + 1)
                                            : std::nullopt;
}

std::optional<TaintOrigin> Taint::memoryFromCallers(FunctionId function, uint32_t parameter, unsigned hops) {
  if (hops >= maxTaintHops)
    return std::nullopt;
  auto [it, inserted] = parameterMemory.try_emplace({function, parameter});
  if (!inserted)
    return it->second;
  std::optional<TaintOrigin> found;
  if (std::optional<Flow> promised = promisedParameter(function, parameter, 64, true))
    found = promised->origin;
  for (llvm::ArrayRef<CallRef> list : {program.callers(function), llvm::ArrayRef<CallRef>(indirectCallers[function])})
    for (const CallRef &caller : list)
      for (const PathState &state : program.function(caller.function).summary.calls[caller.call].states) {
        if (parameter >= state.arguments.size() || found)
          continue;
        Frame frame{caller.function, &state, hops + 1};
        found = memory(frame, state.arguments[parameter], 0);
        if (found)
          found->hops.push_back({caller});
      }
  return parameterMemory[{function, parameter}] = found;
}

} // namespace kmem::link
