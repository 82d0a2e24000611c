// kmem-unbounded-kmalloc: somebody outside the kernel chooses a size and nothing on the way to the allocator bounds it.
#include "checker/checks/claims.h"
#include "checker/checks/recipe.h"
#include "checker/checks/trace.h"
#include "checker/link/taint.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::checks {

using namespace link;

namespace {
class UnboundedKmalloc final : public Check {
public:
  explicit UnboundedKmalloc(CheckInput input) : Check(input), noWarn(quietBits(input.program)) {}

  std::vector<Finding> finish() override;

private:
  std::optional<Flow> chosenSize(FunctionId id, uint32_t call, const summary::PathState &state, Taint &taint) const;
  bool failureExpected(FunctionId id, uint32_t call, const summary::PathState &state, const TaintOrigin &origin) const;
  Finding describe(FunctionId id, uint32_t call, const Flow &flow, const summary::PathState *state) const;
  std::vector<TraceStep> traceOf(FunctionId id, uint32_t call, const TaintOrigin &origin,
                                 const std::string &site) const;

  uint64_t noWarn;
};
} // namespace

static std::string chooserOf(llvm::StringRef kind) {
  if (kind == "user")
    return "user space";
  if (kind == "network")
    return "the network";
  if (kind == "disk")
    return "the disk";
  return kind == "device" ? "the device" : "a device, the network or a disk";
}

std::optional<Flow> UnboundedKmalloc::chosenSize(FunctionId id, uint32_t call, const summary::PathState &state,
                                                 Taint &taint) const {
  const rules::AllocRule &alloc = *input.program.function(id).calls[call].rule->alloc;
  std::optional<Flow> chosen;
  uint64_t bytes = 1;
  for (int argument : alloc.size) {
    if (size_t(argument) >= state.arguments.size())
      return std::nullopt;
    Flow flow = taint.flowOf(id, state.arguments[size_t(argument)], state);
    bytes = llvm::SaturatingMultiply(bytes, std::max<uint64_t>(flow.origin ? flow.high : flow.low, 1));
    if (flow.origin && (!chosen || flow.high > chosen->high))
      chosen = std::move(flow);
  }
  std::optional<SizeClaim> claim = unboundedClaim(input.program, alloc);
  return claim && bytes > claim->limit ? chosen : std::nullopt;
}

/// Whether the flags say that failing is fine, as far as the calls on the way tell.
bool UnboundedKmalloc::failureExpected(FunctionId id, uint32_t call, const summary::PathState &state,
                                       const TaintOrigin &origin) const {
  const rules::AllocRule &alloc = *input.program.function(id).calls[call].rule->alloc;
  if (alloc.gfp < 0 || size_t(alloc.gfp) >= state.arguments.size())
    return false;
  Binding binding;
  for (const TaintHop &hop : origin.hops) {
    if (hop.returned)
      continue;
    const summary::PathState &from =
        input.program.function(hop.call.function).summary.calls[hop.call.call].states.front();
    Binding next;
    for (size_t i = 0; i < from.arguments.size(); ++i) {
      Value value = input.walk.evaluation().evaluate(hop.call.function, from.arguments[i], binding, Context());
      if (!value.isUnknown())
        next.push_back({uint8_t(i), value});
    }
    binding = std::move(next);
  }
  Value flags = input.walk.evaluation().evaluate(id, state.arguments[size_t(alloc.gfp)], binding, Context());
  return (flags.ones & noWarn) != 0;
}

std::vector<TraceStep> UnboundedKmalloc::traceOf(FunctionId id, uint32_t call, const TaintOrigin &origin,
                                                 const std::string &site) const {
  const Program &program = input.program;
  std::vector<TraceStep> trace;
  auto add = [&](FunctionId in, const summary::Location &where, StepKind kind, std::string message) {
    const Function &f = program.function(in);
    trace.push_back({locationOf(program, f, where), program.symbol(in).str(), kind, std::move(message)});
  };
  auto placeOf = [&](FunctionId in, uint32_t c) { return program.function(in).summary.calls[c].where; };
  summary::Location source = program.function(origin.function).summary.where;
  if (origin.call >= 0)
    source = placeOf(origin.function, uint32_t(origin.call));
  else if (origin.kind == "foreign" && (!origin.hops.empty() || origin.function == id))
    source = origin.hops.empty() ? placeOf(id, call)
                                 : placeOf(origin.hops.front().call.function, origin.hops.front().call.call);
  add(origin.function, source, StepKind::Value, chooserOf(origin.kind) + " chooses " + origin.what);
  for (const TaintHop &hop : origin.hops) {
    const Function &f = program.function(hop.call.function);
    std::string callee = spellingOf(program, f, hop.call.call) + "()";
    add(hop.call.function, placeOf(hop.call.function, hop.call.call), StepKind::Call,
        hop.returned ? callee + " returns it" : "hands it to " + callee);
  }
  add(id, placeOf(id, call), StepKind::Site, site);
  return trace;
}

Finding UnboundedKmalloc::describe(FunctionId id, uint32_t call, const Flow &flow,
                                   const summary::PathState *state) const {
  const Program &program = input.program;
  const Function &f = program.function(id);
  const TaintOrigin &origin = *flow.origin;
  const Function &source = program.function(origin.function);
  std::string callee = spellingOf(program, f, call);
  Finding finding;
  finding.check = "kmem-unbounded-kmalloc";
  finding.confidence = origin.function == id ? Confidence::High : Confidence::Medium;
  finding.message = callee + "() of a size that " + chooserOf(origin.kind) + " chooses: nothing limits " + origin.what +
                    (origin.function == id ? "" : " in " + program.symbol(origin.function).str() + "()");
  finding.location = locationOf(program, f, f.summary.calls[call].where);
  finding.function = program.symbol(id).str();
  finding.fingerprint =
      makeFingerprint({finding.check, program.name(f, f.summary.key).str(), callee, std::to_string(ordinalOf(f, call)),
                       program.name(source, source.summary.key).str(), origin.what});
  finding.trace = traceOf(id, call, origin, callee + "() of a size that nothing bounds");
  finding.replay = recipeOf(program, pathOf(program, callsFrom(origin, {id, call}), state),
                            *unboundedClaim(program, *f.calls[call].rule->alloc));
  finding.replay->source = sourceOf(program, origin);
  return finding;
}

std::vector<Finding> UnboundedKmalloc::finish() {
  const Program &program = input.program;
  Taint taint(program);
  std::vector<Finding> findings;
  for (FunctionId id = 0; id < program.functions().size(); ++id) {
    const Function &f = program.function(id);
    if (f.summary.isInit || (f.rule && f.rule->alloc))
      continue; // booting trusts its command line; an allocator's own body: its callers are the sites
    for (uint32_t i = 0; i < f.calls.size(); ++i) {
      if (!f.calls[i].rule || !f.calls[i].rule->alloc || f.summary.calls[i].dying)
        continue;
      std::optional<Flow> worst;
      const summary::PathState *worstState = nullptr;
      for (const summary::PathState &state : f.summary.calls[i].states) {
        std::optional<Flow> flow = chosenSize(id, i, state, taint);
        if (flow && !program.function(flow->origin->function).summary.isInit &&
            !failureExpected(id, i, state, *flow->origin) && (!worst || flow->high > worst->high)) {
          worst = std::move(flow);
          worstState = &state;
        }
      }
      if (worst)
        findings.push_back(describe(id, i, *worst, worstState));
    }
  }
  return findings;
}

std::unique_ptr<Check> makeUnboundedKmalloc(CheckInput input) { return std::make_unique<UnboundedKmalloc>(input); }

} // namespace kmem::checks
