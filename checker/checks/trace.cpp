#include "checker/checks/trace.h"

#include "checker/checks/path.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

namespace kmem::checks {

using namespace link;
using summary::ExprKind;

/// Paths with more doubts than these are of medium or low confidence.
static constexpr unsigned highConfidenceDoubts = 0, mediumConfidenceDoubts = 2;
/// Every so many calls are a doubt: each rests on conditions that were taken to hold together.
static constexpr unsigned longChain = 5;

SourceLocation locationOf(const Program &program, const Function &function, const summary::Location &where) {
  return {program.name(function, where.file).str(), where.line, where.column};
}

std::string spellingOf(const Program &program, const Function &caller, uint32_t call) {
  const rules::FunctionRule *rule = caller.calls[call].rule;
  if (rule && !rule->spelling.empty())
    return rule->spelling;
  const summary::Call &site = caller.summary.calls[call];
  if (site.kind == summary::CalleeKind::Indirect) {
    const summary::Expr &target = caller.summary.exprs[site.target];
    llvm::StringRef place = program.name(caller, target.name).split('@').first;
    return place.empty() ? "a function pointer" : place.str();
  }
  llvm::StringRef symbol = program.name(caller, site.callee).split('@').first;
  symbol.consume_back("_noprof");
  return symbol.str();
}

unsigned ordinalOf(const Function &caller, uint32_t call) {
  unsigned count = 0;
  for (uint32_t i = 0; i < call; ++i)
    count += caller.summary.calls[i].callee == caller.summary.calls[call].callee;
  return count;
}

std::string causeAt(const Program &program, FunctionId function, uint32_t call) {
  const Function &f = program.function(function);
  return program.name(f, f.summary.key).str() + ">" + spellingOf(program, f, call) + "#" +
         std::to_string(ordinalOf(f, call));
}

/// The parameter an expression hands on, or -1.
static int parameterIn(const Function &f, summary::ExprId expr) {
  llvm::SmallDenseSet<summary::ExprId, 16> seen;
  llvm::SmallVector<summary::ExprId, 8> work{expr};
  while (!work.empty()) {
    const summary::Expr &e = f.summary.exprs[work.pop_back_val()];
    if (e.kind == ExprKind::Parameter)
      return int(e.value);
    for (summary::ExprId part : {e.a, e.b, e.c})
      if (part != summary::unknownExpr && seen.insert(part).second)
        work.push_back(part);
  }
  return -1;
}

Choice whereChosen(const CheckInput &input, const SiteVisit &site, int argument) {
  const Program &program = input.program;
  const PathNode *node = site.node;
  Choice choice{site.call.function, site.call.call, true};
  if (argument < 0 || size_t(argument) >= site.state->arguments.size())
    return choice;
  summary::ExprId expr = site.state->arguments[size_t(argument)];
  while (node->parent >= 0) {
    int parameter = parameterIn(program.function(node->function), expr);
    const PathNode &parent = input.walk.node(uint32_t(node->parent));
    const auto &arguments = program.function(parent.function).summary.calls[node->call].states[node->state].arguments;
    if (parameter < 0 || size_t(parameter) >= arguments.size())
      break;
    expr = arguments[size_t(parameter)];
    choice = {parent.function, node->call, false};
    node = &parent;
  }
  return choice;
}

static std::string lockText(const Program &program, const Function &f, const summary::Acquisition &held) {
  std::string lock = program.name(f, held.lock).split('@').first.str();
  return program.name(f, held.primitive).split('@').first.str() + "(" + (lock.empty() ? "" : "&" + lock) + ")";
}

/// The acquisition that made a state atomic: the outermost still held.
static const summary::Acquisition *acquisitionOf(const Function &f, const summary::PathState &state) {
  return state.held.empty() ? nullptr : &f.summary.acquisitions[state.held.front()];
}

static std::string keyOf(const Program &program, const Hop &hop) {
  const Function &f = program.function(hop.function);
  return program.name(f, f.summary.key).str();
}

static std::string callKey(const Program &program, const Hop &hop) {
  const Function &f = program.function(hop.function);
  return spellingOf(program, f, hop.call) + "#" + std::to_string(ordinalOf(f, hop.call));
}

static ContextSet onlyIrqsOff() {
  ContextSet set;
  set.insert(ContextComponent::IrqsOff);
  return set;
}

/// Whether the acquisitions still held explain every component of the context.
static bool accountsFor(const Function &f, const summary::PathState &state) {
  uint8_t held = 0;
  for (uint32_t id : state.held)
    held |= f.summary.acquisitions[id].components.raw();
  ContextSet entered = Context().after(state.delta).components();
  return (entered.raw() & ~held) == 0;
}

/// Whether a function of the program, rather than one the rules speak for, entered the context.
static bool isWrapper(const Program &program, const Function &f, const summary::Acquisition &held) {
  for (size_t i = 0; i < f.calls.size(); ++i)
    if (f.summary.calls[i].where == held.where && !f.calls[i].rule && f.calls[i].target != noFunction &&
        !program.function(f.calls[i].target).summary.inHeader)
      return true;
  return false;
}

Origin originOf(const CheckInput &input, const SiteVisit &site) {
  const Program &program = input.program;
  Path path = pathOf(input, site);
  int turn = turningPoint(path);
  const Hop &hop = path.hops[size_t(std::max(turn, 0))];
  const Function &f = program.function(hop.function);
  Origin origin;
  origin.function = keyOf(program, hop);
  origin.firstCall = callKey(program, hop);
  origin.byEntry = turn < 0;
  if (turn < 0) {
    if (path.entry >= 0) {
      const EntryPoint &entry = program.entryPoints()[size_t(path.entry)];
      origin.what = program.symbol(entry.function).str() + "() runs as " + entry.how + " in " + describe(entry.runsIn) +
                    " context";
    }
    return origin;
  }
  const summary::Acquisition *held = acquisitionOf(f, *hop.state);
  // Code that runs once with interrupts off, before there is anybody to schedule.
  bool booting = f.summary.isInit && held && held->components == onlyIrqsOff();
  origin.byWrapper = held && isWrapper(program, f, *held);
  origin.unclear = !accountsFor(f, *hop.state) || booting;
  origin.what = (held ? lockText(program, f, *held) : std::string("an atomic section")) + " is held in " +
                program.symbol(hop.function).str() + "()";
  return origin;
}

static TraceStep stepAt(const Program &program, const Function &f, const summary::Location &where, StepKind kind,
                        std::string message) {
  return {locationOf(program, f, where), program.name(f, f.summary.symbol).str(), kind, std::move(message)};
}

static void addContextStep(const CheckInput &input, const Hop &hop, std::vector<TraceStep> &trace) {
  const Program &program = input.program;
  const Function &f = program.function(hop.function);
  if (const summary::Acquisition *held = acquisitionOf(f, *hop.state))
    trace.push_back(stepAt(program, f, held->where, StepKind::Context,
                           lockText(program, f, *held) + " enters " + describe(held->components) + " context here"));
}

std::vector<TraceStep> traceOf(const CheckInput &input, const SiteVisit &site, const Choice &choice,
                               const std::string &siteMessage, const std::string &choiceMessage) {
  const Program &program = input.program;
  Path path = pathOf(input, site);
  int turn = turningPoint(path);
  std::vector<TraceStep> trace;
  if (path.entry >= 0 && path.hops.front().context.atomic() && turn < 0) {
    const EntryPoint &entry = program.entryPoints()[size_t(path.entry)];
    trace.push_back({{program.text(entry.where.file).str(), entry.where.line, entry.where.column},
                     program.symbol(entry.function).str(),
                     StepKind::Entry,
                     entry.how + " enters " + program.symbol(entry.function).str() + "() in " + describe(entry.runsIn) +
                         " context"});
  }
  for (size_t i = 0; i < path.hops.size(); ++i) {
    const Function &f = program.function(path.hops[i].function);
    const summary::Call &call = f.summary.calls[path.hops[i].call];
    if (int(i) == turn)
      addContextStep(input, path.hops[i], trace);
    if (i + 1 == path.hops.size()) {
      trace.push_back(stepAt(program, f, call.where, StepKind::Site, siteMessage));
      break;
    }
    bool chosen = !choice.atSite && choice.function == path.hops[i].function && choice.call == path.hops[i].call;
    std::string callee = program.symbol(path.hops[i + 1].function).str();
    std::string message = call.kind == summary::CalleeKind::Indirect
                              ? "calls " + callee + "() through " + spellingOf(program, f, path.hops[i].call)
                              : "calls " + callee + "()";
    trace.push_back(stepAt(program, f, call.where, chosen ? StepKind::Value : StepKind::Call,
                           chosen ? message + " " + choiceMessage : message));
  }
  return trace;
}

Confidence confidenceOf(const SiteVisit &site) {
  unsigned doubts = site.node->doubts + site.mayNotHappen + site.node->length / longChain;
  if (doubts <= highConfidenceDoubts)
    return Confidence::High;
  return doubts <= mediumConfidenceDoubts ? Confidence::Medium : Confidence::Low;
}

} // namespace kmem::checks
