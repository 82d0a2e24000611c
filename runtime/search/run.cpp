#include "runtime/search/run.h"

#include "runtime/exec/decoder.h"
#include "runtime/kernel/death.h"
#include "runtime/search/parameters.h"
#include "runtime/search/target_check.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

static constexpr unsigned maxCallDepth = 64;
/// A way that has come past the site so often without the claim goes round in circles.
static constexpr uint32_t maxPasses = 64;

Run::Run(const RunPlan &plan, Machine &machine, Models &models, Chooser &chooser, bool keepsStates)
    : plan(plan), machine(machine), models(models), chooser(plan.injection, machine.system, chooser),
      keepsStates(keepsStates), cpu(machine), assembly(machine, cpu),
      code(machine.program, machine.memory, machine.pool, *this, {machine.stackBottom, machine.stackTop}) {
  machine.memory.setFirstReads(this);
  plan.injection.arm(machine.system.faults);
}

Run::~Run() { machine.memory.setFirstReads(nullptr); }

/// A thread that the simulated kernel kills has come to its end like any other.
Stop Run::guarded(llvm::function_ref<Stop()> body) {
  astray = false;
  try {
    return body();
  } catch (const sim::Death &) {
    beforeCall.reset();
    return {StopKind::Died, {}, "the kernel stops the thread", code.instructionInHand()};
  }
}

std::vector<Value> Run::firstArguments(const llvm::Function &function) {
  std::vector<Value> arguments;
  for (const llvm::Argument &argument : function.args()) {
    const Parameter parameter = describeParameter(argument);
    for (uint8_t width : scalarWidths(*argument.getType(), function.getDataLayout()))
      arguments.push_back(chooser.input({parameter.name, width, 0, false, parameter.type}));
  }
  return arguments;
}

Stop Run::enterStage(uint64_t steps) {
  models.enter(stage().contexts[stage().first]);
  const llvm::Function &function = *stage().route->hops()[stage().first].function;
  const std::vector<Value> arguments = firstArguments(function);
  entryArguments.clear();
  for (const Value &argument : arguments)
    if (!argument.isKnown())
      entryArguments.push_back(argument.asTerm(machine.pool));
  return code.run(function, arguments, steps);
}

/// Whether one of `inputs` is part of a value, rather than of the conditions by which it was chosen.
static bool isMadeOf(const TermPool &pool, TermRef value, llvm::ArrayRef<TermRef> inputs) {
  std::vector<TermRef> work{value};
  std::set<TermRef> seen;
  while (!work.empty()) {
    const TermRef at = work.back();
    work.pop_back();
    if (at == noTerm || !seen.insert(at).second)
      continue;
    if (llvm::is_contained(inputs, at))
      return true;
    const Term &term = pool[at];
    if (term.op != Op::Ite)
      work.push_back(term.a);
    work.push_back(term.b);
    work.push_back(term.c);
  }
  return false;
}

bool Run::comesFromEntry(llvm::ArrayRef<Value> arguments) const {
  std::vector<int> decisive = plan.target.kind == TargetKind::Size ? plan.target.sizes : std::vector<int>();
  if (plan.target.kind == TargetKind::Size)
    decisive.push_back(plan.target.order);
  else if (plan.target.kind != TargetKind::Free)
    decisive.push_back(plan.target.gfp);
  return llvm::any_of(decisive, [&](int index) {
    return index >= 0 && size_t(index) < arguments.size() && !arguments[size_t(index)].isKnown() &&
           isMadeOf(machine.pool, arguments[size_t(index)].asTerm(machine.pool), entryArguments);
  });
}

/// The next stage begins when one has returned and the memory it was to make is there.
Stop Run::throughStages(Stop stop, uint64_t steps) {
  while (stop.kind == StopKind::Returned && !isLastStage()) {
    const Allocation *memory = held ? models.allocationAt(held) : nullptr;
    if (!memory || memory->freed)
      return {StopKind::Returned, {}, "the memory is not there any more when its function returns", stop.where};
    ++stageInHand;
    earlier = machine.objects.state().followed;
    stop = enterStage(steps);
  }
  return stop;
}

Stop Run::start(uint64_t steps) {
  return guarded([&] { return throughStages(enterStage(steps), steps); });
}

Stop Run::resume(uint64_t steps) {
  return guarded([&] { return throughStages(code.resume(steps), steps); });
}

Run::State Run::stateNow() const {
  return {machine.state(), code.state(), models.state(), stageInHand, held, earlier, passes};
}

Run::State Run::state() const { return beforeCall ? *beforeCall : stateNow(); }

void Run::restore(const State &state) {
  machine.restore(state.machine);
  code.restore(state.code);
  models.restore(state.models);
  stageInHand = state.stage;
  held = state.held;
  earlier = state.earlier;
  passes = state.passes;
  atSite = false;
  beforeCall.reset();
}

size_t Run::hopsEntered() const {
  const auto frames = code.callStack();
  const std::vector<RouteHop> &hops = stage().route->hops();
  size_t depth = 0;
  for (; depth < frames.size() && stage().first + depth < hops.size(); ++depth) {
    const size_t hop = stage().first + depth;
    if (frames[depth].code->function != hops[hop].function)
      break;
    if (depth > 0 && !stage().route->leadsOn(hop - 1, frames[depth].site->call))
      break;
  }
  return depth;
}

std::optional<unsigned> Run::distanceLeft() const {
  const auto frames = code.callStack();
  const size_t entered = hopsEntered();
  if (!entered)
    return std::nullopt;
  const llvm::Instruction *at = entered < frames.size() ? frames[entered].site->call : code.instructionInHand();
  return stage().route->distance(stage().first + entered - 1, at->getParent());
}

std::optional<size_t> Run::hopInHand() const {
  if (held && !isLastStage())
    return std::nullopt; // any way back is as good
  const size_t entered = hopsEntered();
  return entered && entered == code.callStack().size() ? std::optional(stage().first + entered - 1) : std::nullopt;
}

/// Where an earlier stage has left memory, it is found while nothing speaks against it.
Value Run::firstRead(Address address, unsigned width) {
  Input input = machine.objects.describe(address, width);
  if (held && isLastStage() && width == maxWidth && llvm::is_contained(plan.heldFields, input.field)) {
    input.preferred = held;
    input.isUsual = true;
  }
  return chooser.input(input);
}

/// Whether what made the memory comes past the site before it returns, as functions do that clean up after themselves:
/// the next stage would never see that memory.
bool Run::isSiteOnTheWay(const CallSite &site) const {
  const Route &last = *plan.stages.back().route;
  return held && !isLastStage() && last.leadsOn(last.hops().size() - 1, site.call);
}

Environment::CallOutcome Run::call(const CallSite &site, const llvm::Function *target,
                                   llvm::ArrayRef<Value> arguments) {
  ++calls;
  const std::optional<size_t> hop = hopInHand();
  if (hop && stage().route->leadsSomewhere(*hop) &&
      stage().route->isOutOfReach(*hop, site.call->getParent(), stage().first))
    return goneAstray("the next call can no longer be reached");
  if (keepsStates)
    beforeCall = stateNow();
  CallOutcome outcome;
  if (isSiteOnTheWay(site))
    outcome = atTarget(site, target, arguments);
  else if (!hop || !stage().route->leadsOn(*hop, site.call))
    outcome = survived(site, target, arguments);
  else if (*hop + 1 == stage().route->hops().size())
    outcome = isLastStage() ? atTarget(site, target, arguments) : atAllocation(site, target, arguments);
  else
    outcome = alongRoute(*hop + 1, site, target, arguments);
  beforeCall.reset();
  return outcome;
}

/// The function of the next hop is entered whatever the call looks like: directly, through a pointer that may lead
/// there, or by a function that calls back, which passes what nobody knows.
Environment::CallOutcome Run::alongRoute(size_t next, const CallSite &site, const llvm::Function *target,
                                         llvm::ArrayRef<Value> arguments) {
  const llvm::Function *wanted = stage().route->hops()[next].function;
  const bool isIt = target && machine.program.definitionOf(*target) == wanted;
  CallOutcome outcome{wanted, {}, ""};
  if (isIt || (!target && !site.isAssembly)) {
    outcome.body = wanted;
    return outcome;
  }
  // Another function of the same pointer: this run does not go where the finding says.
  if (target && site.callee != noSlot)
    return performed(site, target, arguments);
  chooser.shortcut(ShortcutKind::Model, "called back by " + (target ? target->getName().str() : "assembly"));
  outcome.isCallback = true;
  for (const Value &argument : firstArguments(*wanted))
    outcome.results.push_back(argument);
  return outcome;
}

/// Whether the site's own call is under way: its function was entered rather than modelled.
bool Run::isInsideTarget() const {
  const auto frames = code.callStack();
  const size_t entered = hopsEntered(), last = stage().route->hops().size() - 1;
  return isLastStage() && stage().first + entered == last + 1 && frames.size() > entered &&
         stage().route->leadsOn(last, frames[entered].site->call);
}

bool Run::isReported() const {
  return plan.target.kind == TargetKind::Sleep && wasContextReported(machine.system.kernel.console, mark);
}

/// A call off the route. One in which the kernel would die of the context, as it may at the site, is a finding of its
/// own; the run goes on as if it had returned, so that the site is looked at, too.
Environment::CallOutcome Run::survived(const CallSite &site, const llvm::Function *target,
                                       llvm::ArrayRef<Value> arguments) {
  const bool inside = isInsideTarget();
  const sim::Console::Mark before = machine.system.kernel.console.mark();
  const Machine::State machineBefore = machine.state();
  const ModelState modelsBefore = models.state();
  CallOutcome outcome;
  try {
    outcome = performed(site, target, arguments);
  } catch (const sim::Death &) {
    if (!wasContextReported(machine.system.kernel.console, before))
      throw;
    if (!inside) {
      machine.restore(machineBefore);
      models.restore(modelsBefore);
      const std::string name = target ? target->getName().str() : "inline assembly";
      chooser.shortcut(ShortcutKind::Model, "the kernel stops already in " + name + "(), in the same context");
      return models.stub(site, name, arguments, chooser);
    }
  }
  if (inside && isReported()) {
    met = true;
    return {nullptr, {}, "the claim came true"};
  }
  return outcome;
}

Environment::CallOutcome Run::atAllocation(const CallSite &site, const llvm::Function *target,
                                           llvm::ArrayRef<Value> arguments) {
  CallOutcome outcome = performed(site, target, arguments);
  if (!outcome.results.empty() && outcome.results.front().isKnown() && !outcome.body)
    if (const Allocation *memory = models.allocationAt(outcome.results.front().bits()))
      held = memory->address;
  return outcome;
}

/// Whether the site's call, once made without the claim, will not be made again: whatever follows tells nothing.
bool Run::comesOnce() const { return isLastStage() && !stage().route->mayPassAgain(stage().first); }

Environment::CallOutcome Run::goneAstray(const char *why) {
  astray = true;
  return {nullptr, {}, why};
}

Environment::CallOutcome Run::atTarget(const CallSite &site, const llvm::Function *target,
                                       llvm::ArrayRef<Value> arguments) {
  TargetCheck check(plan.target, machine, models, chooser);
  // The kernel reports some things once, or once in a second; this call is not to be silent because of an earlier one.
  machine.system.kernel.context.rearm();
  machine.system.kernel.reports.rearm();
  mark = machine.system.kernel.console.mark();
  const std::optional<bool> before = check.holdsBefore(arguments);
  if (!before)
    return {nullptr, {}, "the claim cannot be decided"};
  if (plan.target.kind == TargetKind::Reach) {
    met = true;
    return {nullptr, {}, "the call is made"};
  }
  if (!*before && plan.target.kind != TargetKind::Sleep && comesOnce())
    return goneAstray("past the site"); // the arguments have told
  CallOutcome outcome;
  atSite = true;
  try {
    outcome = performed(site, target, arguments);
    atSite = false;
  } catch (const sim::Death &) {
    atSite = false;
    if (!*before && !isReported())
      throw;
    outcome = {nullptr, {}, "died"};
  }
  met = *before || isReported();
  if (met) {
    decidedByArgument = check.wasOpen() && comesFromEntry(arguments);
    outcome = {nullptr, {}, "the claim came true"};
  } else if (++passes >= maxPasses) {
    chooser.shortcut(ShortcutKind::Bound, "passes of the site");
    outcome = {nullptr, {}, "past the site again and again"};
  } else if (outcome.refusal.empty() && !outcome.body && comesOnce()) {
    outcome = goneAstray("past the site");
  }
  return outcome;
}

Environment::CallOutcome Run::performed(const CallSite &site, const llvm::Function *target,
                                        llvm::ArrayRef<Value> arguments) {
  if (site.isAssembly)
    return assembled(site, arguments);
  if (target) {
    if (auto modelled = models.call(site, target->getName(), arguments, chooser))
      return std::move(*modelled);
    const llvm::Function *body = machine.program.definitionOf(*target);
    if (body && code.callStack().size() < maxCallDepth && plan.callees->runs(*body))
      return {body, {}, ""};
  }
  return stubbed(site, target, arguments);
}

Environment::CallOutcome Run::stubbed(const CallSite &site, const llvm::Function *target,
                                      llvm::ArrayRef<Value> arguments) {
  const llvm::StringRef name = target ? target->getName() : "a function nobody knows";
  if (target && machine.program.definitionOf(*target))
    chooser.shortcut(ShortcutKind::SkippedCallee, name);
  else if (!target)
    chooser.shortcut(ShortcutKind::UnknownTarget, name);
  return models.stub(site, name, arguments, chooser);
}

Environment::CallOutcome Run::assembled(const CallSite &site, llvm::ArrayRef<Value> arguments) {
  if (auto results = assembly.run(site, arguments, chooser))
    return {nullptr, std::move(*results), ""};
  if (!assembly.refusal().empty())
    return {nullptr, {}, assembly.refusal()};
  chooser.shortcut(ShortcutKind::UnknownAssembly, "inline assembly (" + assembly.unknownPart(*site.call) + ")");
  return models.stub(site, "inline assembly", arguments, chooser);
}

} // namespace kmem::replay
