#include "checker/link/taint.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::link {

using namespace summary;

/// Deeper expressions and longer chains of addresses count as nobody's.
static constexpr unsigned maxTaintDepth = 16;

/// A point of the program from which expressions are looked at.
struct Taint::Frame {
  FunctionId function;
  const PathState *state;  ///< what the path knows; null where values leave the function
  unsigned hops = 0;       ///< calls left behind so far
  Frame *caller = nullptr; ///< set when a result is followed into a callee: its call, where the parameters come from
  unsigned depth = 0;
  llvm::DenseMap<ExprId, Flow> known{};
};

static uint64_t maxOf(unsigned width) { return width >= 64 ? ~uint64_t(0) : llvm::maskTrailingOnes<uint64_t>(width); }

static Flow untainted(uint64_t low = 0, uint64_t high = ~uint64_t(0)) { return {std::nullopt, low, high}; }

/// The flow that can choose the larger value; the shorter way when both can choose the same.
static bool worse(const Flow &a, const Flow &b) {
  if (!a.origin || !b.origin)
    return a.origin.has_value() && !b.origin;
  if (a.high != b.high)
    return a.high > b.high;
  return a.origin->hops.size() < b.origin->hops.size();
}

static void keepWorse(Flow &kept, Flow other) {
  if (worse(other, kept))
    kept = std::move(other);
}

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

/// Byte swaps and the like spread a value's bits over the whole width.
static uint64_t spread(uint64_t high, unsigned from, unsigned to) { return high >= maxOf(from) ? maxOf(to) : high; }

static uint64_t shiftedLeft(uint64_t value, uint64_t amount) {
  if (value == 0 || amount < uint64_t(llvm::countl_zero(value)))
    return value << amount;
  return ~uint64_t(0);
}

Flow Taint::arithmetic(Frame &frame, const Expr &e) {
  const Function &f = program.function(frame.function);
  Flow a = follow(frame, e.a), b = e.b ? follow(frame, e.b) : untainted(0, 0);
  Flow flow = untainted();
  flow.origin = a.origin ? a.origin : b.origin;
  // Where nobody outside chooses an operand, the least it can be is what it surely adds.
  uint64_t x = a.origin ? a.high : a.low, y = b.origin ? b.high : b.low;
  unsigned from = f.summary.exprs[e.a].width;
  switch (e.kind) {
  case ExprKind::Truncate:
    flow.high = std::min(x, maxOf(e.width));
    return flow;
  case ExprKind::Extend:
    flow.high = e.value && x > maxOf(from) / 2 ? maxOf(e.width) : x;
    flow.low = e.value ? 0 : a.low;
    return flow;
  case ExprKind::Opaque:
    flow.high = spread(x, from, e.width);
    return flow;
  case ExprKind::Add:
  case ExprKind::Or:
  case ExprKind::Xor:
    flow.high = llvm::SaturatingAdd(x, y);
    flow.low = e.kind == ExprKind::Add ? llvm::SaturatingAdd(a.low, b.low) : 0;
    return flow;
  case ExprKind::Mul:
    flow.high = llvm::SaturatingMultiply(x, std::max<uint64_t>(y, 1));
    flow.low = llvm::SaturatingMultiply(a.low, b.low);
    return flow;
  case ExprKind::Shl:
    flow.high = shiftedLeft(std::max<uint64_t>(x, 1), y);
    return flow;
  case ExprKind::Merge:
    flow = worse(b, a) ? b : a;
    flow.low = std::min(a.low, b.low);
    return flow;
  case ExprKind::UMax:
    flow.high = std::max(x, y);
    return flow;
  case ExprKind::And:
    flow.high = std::min(a.high, b.high);
    return flow;
  case ExprKind::UMin: // only as large as both allow; an inside limit is one, known or not
    return a.origin && b.origin ? (a.high < b.high ? a : b) : untainted(0, std::min(a.high, b.high));
  case ExprKind::Sub:
    return a.origin ? Flow{a.origin, 0, a.high - std::min(a.high, y)} : untainted();
  case ExprKind::UDiv:
    return a.origin && b.low ? Flow{a.origin, 0, a.high / b.low} : untainted();
  case ExprKind::LShr:
    return a.origin && b.low && b.low < 64 ? Flow{a.origin, 0, a.high >> b.low} : untainted();
  default:
    return untainted();
  }
}

/// Whether `value` is below something when `test` is `outcome`.
static bool boundedBy(const Function &f, ExprId test, ExprId value, bool outcome) {
  const Expr &e = f.summary.exprs[test];
  if (e.kind != ExprKind::Compare || e.predicate == Predicate::Eq || e.predicate == Predicate::Ne)
    return false;
  bool less = e.predicate == Predicate::Ult || e.predicate == Predicate::Ule || e.predicate == Predicate::Slt ||
              e.predicate == Predicate::Sle;
  return value == (less == outcome ? e.a : e.b);
}

Flow Taint::select(Frame &frame, const Expr &e) {
  const Function &f = program.function(frame.function);
  Flow first = boundedBy(f, e.a, e.b, true) ? untainted() : follow(frame, e.b);
  Flow second = boundedBy(f, e.a, e.c, false) ? untainted() : follow(frame, e.c);
  uint64_t low = std::min(first.low, second.low);
  Flow flow = worse(second, first) ? second : first;
  if (!flow.origin)
    flow.high = std::max(first.high, second.high);
  flow.low = low;
  return flow;
}

static std::string bareField(llvm::StringRef key) { return key.split('@').first.str(); }

static std::string callText(const Function &f, uint32_t call, const Program &program) {
  const rules::FunctionRule *rule = f.calls[call].rule;
  if (rule && !rule->spelling.empty())
    return rule->spelling + "()";
  return program.name(f, f.summary.calls[call].callee).split('@').first.str() + "()";
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

Flow Taint::load(Frame &frame, const Expr &e) {
  const Function &f = program.function(frame.function);
  Flow flow;
  if (e.kind == ExprKind::FieldLoad && limited.checkedOutside(frame.function, f.names[e.name]))
    return flow;
  if (e.kind == ExprKind::FieldLoad && checkedByCallers(frame.function, f.names[e.name], e.a, frame.hops))
    return flow;
  if (e.kind == ExprKind::FieldLoad) {
    std::string field = bareField(program.name(f, e.name));
    const rules::FieldRule *rule = program.rules().field(program.name(f, e.name));
    if (rule && !rule->source.empty())
      flow.origin = TaintOrigin{rule->source, field, frame.function};
    else if (e.value == 1)
      flow.origin = TaintOrigin{"foreign", field, frame.function};
  }
  if (flow.origin)
    return flow;
  if (const OutsideWrite *write = written.writeTo(frame.function, e))
    flow.origin = TaintOrigin{write->kind, callText(f, write->call, program), frame.function, int32_t(write->call)};
  else if (e.kind != ExprKind::SlotLoad)
    flow.origin = memory(frame, e.a, 0);
  return flow;
}

/// Who filled the object at `address`.
std::optional<TaintOrigin> Taint::memory(Frame &frame, ExprId address, unsigned depth) {
  if (address == unknownExpr || depth > maxTaintDepth)
    return std::nullopt;
  const Function &f = program.function(frame.function);
  if (const OutsideWrite *write = written.writeTo(frame.function, address))
    return TaintOrigin{write->kind, callText(f, write->call, program), frame.function, int32_t(write->call)};
  while (ExprId around = objectAround(f, address))
    address = around;
  const Expr &e = f.summary.exprs[address];
  if (e.kind == ExprKind::CallResult && f.calls[size_t(e.value)].rule) {
    for (const rules::SourceRule &source : f.calls[size_t(e.value)].rule->sources)
      if (source.returned())
        return TaintOrigin{source.kind, callText(f, uint32_t(e.value), program), frame.function, int32_t(e.value)};
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

Flow Taint::parameter(Frame &frame, const Expr &e) {
  if (!frame.caller)
    return fromCallers(frame.function, uint32_t(e.value), e.width, frame.hops);
  const std::vector<ExprId> &arguments = frame.caller->state->arguments;
  return size_t(e.value) < arguments.size() ? follow(*frame.caller, arguments[size_t(e.value)]) : untainted();
}

uint64_t Taint::mostOf(llvm::StringRef valueName, unsigned width) const {
  std::optional<int64_t> most = valueName.empty() ? std::nullopt : program.value(valueName);
  return most ? std::min(uint64_t(*most), maxOf(width)) : maxOf(width);
}

/// What the rules say of a parameter, or of the memory behind it.
std::optional<Flow> Taint::promisedParameter(FunctionId function, uint32_t parameter, unsigned width,
                                             bool pointee) const {
  for (const rules::FieldRule *field : program.opsFieldsOf(function))
    for (const rules::FieldRule::ParamSource &source : field->paramSources)
      if (source.param == int(parameter) && source.pointee == pointee)
        return Flow{TaintOrigin{source.kind, field->name + "()", function}, 0, mostOf(source.atMost, width)};
  const rules::FunctionRule *rule = program.function(function).rule;
  if (rule && !pointee)
    for (const rules::SourceRule &source : rule->sources)
      if (source.param == int(parameter))
        return Flow{TaintOrigin{source.kind, "the caller of " + program.symbol(function).str() + "()", function}, 0,
                    mostOf(source.atMost, width)};
  return std::nullopt;
}

Flow Taint::fromCallers(FunctionId function, uint32_t parameter, unsigned width, unsigned hops) {
  auto [it, inserted] = parameterFlows.try_emplace({function, parameter}, untainted());
  if (!inserted)
    return it->second;
  Flow flow = untainted();
  if (std::optional<Flow> promised = promisedParameter(function, parameter, width, false))
    return parameterFlows[{function, parameter}] = *promised;
  if (hops < maxTaintHops)
    for (llvm::ArrayRef<CallRef> list : {program.callers(function), llvm::ArrayRef<CallRef>(indirectCallers[function])})
      for (const CallRef &caller : list)
        for (const PathState &state : program.function(caller.function).summary.calls[caller.call].states) {
          if (parameter >= state.arguments.size())
            continue;
          Frame frame{caller.function, &state, hops + 1};
          Flow found = follow(frame, state.arguments[parameter]);
          if (found.origin)
            found.origin->hops.push_back({caller});
          keepWorse(flow, std::move(found));
        }
  return parameterFlows[{function, parameter}] = flow;
}

Flow Taint::result(Frame &frame, const Expr &e) {
  const Function &f = program.function(frame.function);
  uint32_t call = uint32_t(e.value);
  const ResolvedCall &resolved = f.calls[call];
  Flow flow = untainted();
  if (resolved.rule) {
    for (const rules::SourceRule &source : resolved.rule->sources)
      if (source.returned())
        flow = {TaintOrigin{source.kind, callText(f, call, program), frame.function, int32_t(call)}, 0,
                mostOf(source.atMost, e.width)};
    return flow;
  }
  if (resolved.target == noFunction || frame.hops >= maxTaintHops)
    return flow;
  for (const PathState &state : f.summary.calls[call].states) {
    Frame here{frame.function, &state, frame.hops, frame.caller, frame.depth};
    for (const Exit &exit : program.function(resolved.target).summary.exits) {
      Frame callee{resolved.target, nullptr, frame.hops + 1, &here};
      Flow found = follow(callee, exit.value);
      found.high = std::min(found.high, exit.high);
      if (found.origin && found.origin->function != frame.function)
        found.origin->hops.push_back({{frame.function, call}, true});
      keepWorse(flow, std::move(found));
    }
  }
  flow.low = 0;
  return flow;
}

} // namespace kmem::link
