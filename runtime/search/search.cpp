#include "runtime/search/search.h"

#include "runtime/search/type_names.h"

#include "llvm/ADT/STLExtras.h"

#include <ctime>

namespace kmem::replay {

/// Pointers that nobody has followed yet: nowhere, but not NULL and no error.
static constexpr unsigned questionsPerLook = 32;
static constexpr Address nowhere = 0xffff888700000000, nowhereSpacing = 0x10000;

Search::Search(const RunPlan &plan, Machine &machine, Models &models, SearchLimits limits)
    : plan(plan), machine(machine), models(models), limits(limits),
      engine(plan, machine, models, *this, /*keepsStates=*/true), solver(machine.pool),
      evaluation(machine.pool, path.values), trial(machine.pool, path.values),
      aliases(machine.objects, machine.program.layout()) {}

static double secondsSince(std::clock_t begun) { return double(std::clock() - begun) / CLOCKS_PER_SEC; }

bool Search::isUp() const {
  return secondsSince(begun) > limits.seconds || engine.interpreter().stepsTaken() > limits.steps;
}

/// Asked often, looked at rarely: within a path nothing else ends it in time.
bool Search::isTimeUp() {
  if (++questions % questionsPerLook != 0 || !isUp())
    return false;
  refusal = "the time limit";
  return true;
}

void Search::setValues(Assignment values) {
  path.values = std::move(values);
  evaluation.forget();
}

void Search::note(ShortcutKind kind, std::string_view what) { bounds.insert({kind, kept(what)}); }

/// Called before anything is written down: a fork in the middle of a call begins the call anew.
void Search::noticeCall() {
  if (callSeen == engine.callNumber())
    return;
  callSeen = engine.callNumber();
  logAtCall = path.log.size();
  fixedInCall.clear();
}

void Search::fix(uint32_t variable, TermRef equality) {
  path.fix(variable, equality);
  fixedInCall.push_back(variable);
}

void Search::shortcut(ShortcutKind kind, std::string_view what) {
  const Shortcut shortcut{kind, kept(what)};
  path.shortcuts.insert(shortcut);
  taken.insert(shortcut);
}

// Inputs

/// A pointer is not NULL while nothing speaks against it: code that is given none rarely gets anywhere.
Value Search::input(const Input &input) {
  noticeCall();
  const auto [it, isNew] = variables.try_emplace({inputsOnPath, input.width}, 0);
  if (isNew) {
    machine.pool.variable(input.name, input.width);
    it->second = machine.pool.variableCount() - 1;
  }
  const uint32_t variable = it->second;
  const bool isPointer = kmem::replay::isPointer(input.type) && input.width == maxWidth;
  if (inputsOnPath >= path.inputsKept) {
    path.values.set(variable, isPointer && !input.isUsual ? nowhere + variable * nowhereSpacing : input.preferred);
    evaluation.forget();
  }
  ++inputsOnPath;
  path.log.append({false, uint8_t(input.width), ChoiceKind::Allocation, kept(input.name), variable, 0, input.type,
                   input.isUsual ? input.preferred : 0});
  return Value::symbolic(machine.pool, machine.pool.termOf(variable));
}

const LogEntry *Search::entryOf(uint32_t variable) const {
  return path.log.findLast([&](const LogEntry &entry) { return !entry.isChoice && entry.variable == variable; });
}

bool Search::takeNext() {
  while (!pending.empty() && !isUp()) {
    Pending next = std::move(pending.begin()->second);
    pending.erase(pending.begin());
    path = std::move(next.path);
    evaluation.forget();
    inputsOnPath = path.log.inputs();
    if (next.condition != noTerm && !assume(next.condition))
      continue;
    callSeen = ~uint64_t(0);
    engine.restore(path.at);
    return true;
  }
  return false;
}

void Search::follow(Stop stop, SearchResult &result) {
  ++result.counts.paths;
  if (engine.isMet())
    return;
  if (stop.kind == StopKind::OutOfSteps)
    note(ShortcutKind::Bound, "instructions of one path");
  if (stop.kind == StopKind::Refused && refusal.empty() && !engine.isAstray())
    note(ShortcutKind::Bound, stop.why);
  if (stop.kind == StopKind::Unsupported)
    note(ShortcutKind::Bound, "an instruction that the executor does not have: " + stop.why);
  if (std::exchange(isWaiting, false) && !result.blockedBy.empty()) {
    refusal.clear();
    return;
  }
  const size_t hops = engine.hopsEntered();
  if (result.blockedBy.empty() || hops > result.hopsReached) {
    result.hopsReached = hops;
    result.blockedAt = stop.where;
    result.blockedBy = refusal.empty() ? stop.why : refusal;
  }
  refusal.clear();
  turnBack();
}

SearchResult Search::run() {
  SearchResult result;
  begun = std::clock();
  solver.endAt(begun + std::clock_t(limits.seconds * CLOCKS_PER_SEC));
  Stop stop = engine.start(limits.stepsPerPath);
  follow(stop, result);
  while (!engine.isMet() && !isUp() && takeNext())
    follow(engine.resume(limits.stepsPerPath), result);
  if (engine.isMet()) {
    result.end = SearchEnd::Met;
    result.decidedByArgument = engine.isDecidedByArgument() && !claimIsCertain;
    path.at = {};
    result.witness = witnessOf(path);
  } else {
    result.end = pending.empty() && !isUp() ? SearchEnd::Exhausted : SearchEnd::Limit;
  }
  const std::set<Shortcut> &shortcuts = result.end == SearchEnd::Met ? path.shortcuts : taken;
  for (const auto &[kind, what] : shortcuts)
    result.shortcuts.emplace_back(kind, what.str());
  if (result.end != SearchEnd::Met)
    for (const auto &[kind, what] : bounds)
      result.shortcuts.emplace_back(kind, what.str());
  result.counts.steps = engine.interpreter().stepsTaken();
  result.counts.queries = solver.counts().asked;
  result.counts.solved = solver.counts().solved;
  result.counts.seconds = secondsSince(begun);
  return result;
}

Witness Search::witnessOf(const Path &met) const {
  Witness witness;
  for (const LogEntry *kept : met.log.entries()) {
    const LogEntry &entry = *kept;
    const bool isPointer = !entry.isChoice && kmem::replay::isPointer(entry.type);
    witness.entries.push_back({entry.isChoice ? WitnessEntry::Kind::Choice : WitnessEntry::Kind::Input, entry.width,
                               entry.choice, isPointer,
                               entry.isChoice ? entry.way : truncated(met.values[entry.variable], entry.width),
                               entry.text.str(), isPointer ? pointeeName(entry.type) : ""});
  }
  witness.objects = machine.objects.list();
  return witness;
}

} // namespace kmem::replay
