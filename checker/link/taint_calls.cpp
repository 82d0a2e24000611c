// The part of Taint that follows values through calls: up into callers, down into results.
#include "checker/link/taint_frame.h"

namespace kmem::link {

using namespace summary;

Flow Taint::parameter(Frame &frame, const Expr &e) {
  if (!frame.caller)
    return fromCallers(frame.function, uint32_t(e.value), e.width, frame.hops);
  const std::vector<ExprId> &arguments = frame.caller->state->arguments;
  return size_t(e.value) < arguments.size() ? follow(*frame.caller, arguments[size_t(e.value)]) : untainted();
}

std::string calleeText(const Program &program, FunctionId caller, uint32_t call) {
  const Function &f = program.function(caller);
  const rules::FunctionRule *rule = f.calls[call].rule;
  if (rule && !rule->spelling.empty())
    return rule->spelling + "()";
  return program.name(f, f.summary.calls[call].callee).split('@').first.str() + "()";
}

static std::string parameterText(const Program &program, FunctionId function, uint32_t parameter) {
  const Function &f = program.function(function);
  bool named = parameter < f.summary.parameters.size() && !program.name(f, f.summary.parameters[parameter]).empty();
  return named ? "`" + program.name(f, f.summary.parameters[parameter]).str() + "`"
               : "parameter " + std::to_string(parameter + 1);
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
        return Flow{
            TaintOrigin{source.kind, parameterText(program, function, parameter) + " of " + field->name, function}, 0,
            mostOf(source.atMost, width)};
  const rules::FunctionRule *rule = program.function(function).rule;
  if (rule && !pointee)
    for (const rules::SourceRule &source : rule->sources)
      if (source.param == int(parameter))
        return Flow{
            TaintOrigin{source.kind,
                        parameterText(program, function, parameter) + " of " + program.symbol(function).str() + "()",
                        function},
            0, mostOf(source.atMost, width)};
  return std::nullopt;
}

Flow Taint::fromCallers(FunctionId function, uint32_t parameter, unsigned width, unsigned hops) {
  auto [it, inserted] = parameterFlows.try_emplace({function, parameter}, untainted());
  if (!inserted)
    return it->second;
  Flow flow = untainted();
  if (std::optional<Flow> promised = promisedParameter(function, parameter, width, false))
    return parameterFlows[{function, parameter}] = *promised;
  // A call of an allocator is a site by itself, with its own limit; what its body does with the size is its business.
  const rules::FunctionRule *rule = program.function(function).rule;
  if (rule && rule->alloc && !rule->alloc->size.empty())
    return flow;
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
        flow = {TaintOrigin{source.kind, "the result of " + calleeText(program, frame.function, call), frame.function,
                            int32_t(call)},
                0, mostOf(source.atMost, e.width)};
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
