#include "runtime/search/search.h"

#include "runtime/search/type_names.h"

#include "llvm/ADT/STLExtras.h"

#include <ctime>

namespace kmem::replay {

/// Ways that are taken for later, in blocks of detour.
static constexpr uint64_t costOfHop = 1000, costOfUnlikely = 40, costOfDetour = 4, costOfRound = 4;
static constexpr uint64_t costOfMissing = 100'000;
static constexpr size_t maxNeeded = 16; ///< conditions that order paths
static constexpr llvm::StringLiteral waiting = "other paths have less to go";
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

// Forks

Path Search::forkHere() const {
  Path fork = path;
  fork.at = engine.state();
  fork.inputsKept = inputsOnPath;
  fork.log.truncate(logAtInstruction());
  // What a pointer was found to lead to is found again when the call begins anew.
  if (engine.isInCall())
    for (uint32_t variable : fixedInCall)
      fork.fixed[variable] = noTerm;
  return fork;
}

/// A way that is left for later off the route, so much out of the way of what the function on the route has left to go.
uint64_t Search::costOfLeaving(uint64_t detour) const {
  return costHere(engine.distanceLeft().value_or(costOfHop) + detour);
}

uint64_t Search::costHere(uint64_t distance) const {
  return (engine.stage().route->hops().size() - engine.stage().first - engine.hopsEntered()) * costOfHop + distance;
}

void Search::keep(Path fork, TermRef condition, uint64_t cost) {
  for (TermRef other : needed)
    if (const TermRef wrong = machine.pool.negation(other);
        condition == wrong || llvm::is_contained(fork.constraints, wrong))
      cost += costOfMissing;
  if (pending.size() >= limits.states) {
    note(ShortcutKind::Bound, "states kept for later");
    pending.erase(std::prev(pending.end()));
  }
  pending.emplace(Order{cost, made++}, Pending{std::move(fork), condition});
}

bool Search::allFixed(TermRef value) {
  return llvm::all_of(machine.pool.variablesIn(value), [&](uint32_t v) { return path.isFixed(v); });
}

bool Search::isDecidedBy(TermRef condition) const { return llvm::is_contained(path.constraints, condition); }

/// Adds a condition to the path in hand. False when it cannot be true, or nobody knows.
bool Search::assume(TermRef condition) {
  if (machine.pool.isTrue(condition) || isDecidedBy(condition))
    return true;
  if (!valueOf(condition)) {
    const Answer answer = solver.extend(path.constraints, condition, path.fixed, path.values);
    evaluation.forget();
    if (answer == Answer::Unknown)
      note(ShortcutKind::Unsolved, "a condition the solver gave up on");
    if (answer != Answer::Satisfiable)
      return false;
  }
  path.constraints.push_back(condition);
  return true;
}

unsigned Search::timesDecided(const llvm::Instruction *at) {
  for (auto &[instruction, count] : path.forks)
    if (instruction == at)
      return ++count;
  path.forks.emplace_back(at, 1);
  return 1;
}

/// Whether a way leads where the next call cannot be reached any more, while the other one does not.
bool Search::leadsAway(const Fork &fork, bool way) const {
  const llvm::BasicBlock *taken = way ? fork.ifTrue : fork.ifFalse, *other = way ? fork.ifFalse : fork.ifTrue;
  const std::optional<size_t> hop = taken && other ? engine.hopInHand() : std::nullopt;
  if (!hop)
    return false;
  const Stage &stage = engine.stage();
  return !stage.route->distance(*hop, taken) && stage.route->distance(*hop, other) &&
         !stage.route->mayComeBack(*hop, stage.first);
}

/// The site needs a condition that was decided otherwise, as it may have been long before and in another function: the
/// other way of that decision comes first now, before all the ways that end at the same place.
void Search::goBackFor(TermRef condition) {
  const std::vector<uint32_t> &variables = machine.pool.variablesIn(condition);
  auto best = pending.end();
  for (auto it = pending.begin(); it != pending.end(); ++it) {
    const TermRef other = it->second.condition;
    if (other == condition) {
      best = it;
      break;
    }
    auto isAbout = [&](uint32_t variable) { return llvm::is_contained(variables, variable); };
    if (other != noTerm && (best == pending.end() || it->first.number < best->first.number) &&
        llvm::any_of(machine.pool.variablesIn(other), isAbout))
      best = it;
  }
  if (best == pending.end())
    return;
  auto node = pending.extract(best);
  node.key().cost = 0;
  pending.insert(std::move(node));
}

void Search::rememberStart() {
  if (!atStart)
    atStart = forkHere();
}

/// What was missed is about what the run was given, such as which of the objects that there are a pointer leads to.
/// That was settled when it was followed, and no path is left that does it otherwise: one begins anew.
void Search::beginAnew(TermRef condition) {
  auto isGiven = [&](uint32_t variable) {
    return atStart->log.findLast([&](const LogEntry &entry) { return !entry.isChoice && entry.variable == variable; });
  };
  const std::vector<uint32_t> &variables = machine.pool.variablesIn(condition);
  if (!atStart || begunWith.size() == maxNeeded || !llvm::all_of(variables, isGiven) ||
      llvm::none_of(variables, [&](uint32_t variable) { return path.isFixed(variable); }))
    return;
  if (begunWith.insert(condition).second)
    keep(*atStart, condition, 0);
}

/// Paths on which that is not so come last: each of them would turn away at the same place.
void Search::need(TermRef condition) {
  if (llvm::is_contained(needed, condition) || needed.size() == maxNeeded)
    return;
  needed.push_back(condition);
  const TermRef wrong = machine.pool.negation(condition);
  std::map<Order, Pending> again;
  for (auto &[order, kept] : pending) {
    const bool misses = kept.condition == wrong || llvm::is_contained(kept.path.constraints, wrong);
    again.emplace(Order{order.cost + (misses ? costOfMissing : 0), order.number}, std::move(kept));
  }
  pending = std::move(again);
}

std::optional<bool> Search::branch(const Fork &fork) {
  noticeCall();
  if (isTimeUp())
    return std::nullopt;
  rememberStart();
  const TermRef yes = fork.condition, no = machine.pool.negation(yes);
  if (allFixed(yes) || isDecidedBy(yes) || isDecidedBy(no)) {
    const bool way = allFixed(yes) ? valueOf(yes) != 0 : isDecidedBy(yes);
    if (leadsAway(fork, way))
      missed = way ? no : yes;
    return way;
  }
  bool way = valueOf(yes) != 0;
  if (fork.isWanted && !fork.at)
    claimIsCertain = way && solver.canBe(path.constraints, no) == Answer::Unsatisfiable;
  if (fork.isWanted && !way) {
    Path before = forkHere();
    if (assume(yes)) {
      keep(std::move(before), no, costOfLeaving(costOfUnlikely));
      return true;
    }
    path.constraints.push_back(no);
    return false;
  }
  const uint64_t left = engine.distanceLeft().value_or(costOfHop);
  const std::optional<size_t> hop = fork.ifTrue || fork.ifFalse ? engine.hopInHand() : std::nullopt;
  auto distance = [&](bool taken) -> std::optional<unsigned> {
    const llvm::BasicBlock *block = taken ? fork.ifTrue : fork.ifFalse;
    if (!hop || !block)
      return unsigned(left + costOfDetour);
    if (auto blocks = engine.stage().route->distance(*hop, block))
      return blocks;
    return engine.stage().route->mayComeBack(*hop, engine.stage().first) ? std::optional(unsigned(costOfHop))
                                                                         : std::nullopt;
  };
  std::optional<unsigned> here = distance(way), there = distance(!way);
  if (!here && !there) {
    refusal = "neither way leads to the next call";
    return std::nullopt;
  }
  const unsigned times = timesDecided(engine.interpreter().instructionInHand());
  if (times > limits.decisionsPerInstruction) {
    note(ShortcutKind::Bound, "decisions of one instruction");
    refusal = "a loop without end";
    return std::nullopt;
  }
  const uint64_t rounds = (times - 1) * costOfRound;
  if (isOvertaken(times, costHere(std::min(here.value_or(~0u), there.value_or(~0u))) + rounds))
    return std::nullopt;
  const bool keepsBoth = times <= limits.forksPerInstruction;
  if (here && there && !keepsBoth)
    note(ShortcutKind::Bound, "decisions of one instruction");
  // A way that leads nearer is worth a question; one that cannot get there is not worth going.
  if (there && (!here || *there < *here)) {
    Path before = here && keepsBoth ? forkHere() : Path();
    if (assume(way ? no : yes)) {
      if (here && keepsBoth)
        keep(std::move(before), way ? yes : no, costHere(*here) + rounds);
      return !way;
    }
    if (!here) {
      missed = way ? no : yes;
      refusal = "the way to the next call cannot be taken";
      return std::nullopt;
    }
    there.reset();
  }
  if (there && keepsBoth)
    keep(forkHere(), way ? no : yes, costHere(*there) + rounds);
  path.constraints.push_back(way ? yes : no);
  return way;
}

/// A path that goes round is left for later when another one has less to go.
bool Search::isOvertaken(unsigned times, uint64_t cost) {
  if (std::exchange(path.wasOvertaken, false) || times == 1 || pending.empty() || pending.begin()->first.cost >= cost)
    return false;
  Path later = forkHere();
  later.wasOvertaken = true;
  keep(std::move(later), noTerm, cost);
  refusal = waiting;
  return true;
}

unsigned Search::choose(ChoiceKind kind, std::string_view what, unsigned count) {
  noticeCall();
  unsigned way = 0;
  if (!path.forced.empty()) {
    way = path.forced.front();
    path.forced.erase(path.forced.begin());
  } else {
    std::vector<unsigned> before;
    for (const LogEntry *entry : path.log.entries(logAtInstruction()))
      if (entry->isChoice && entry->choice != ChoiceKind::Settled)
        before.push_back(entry->way);
    for (unsigned other = 1; other < count; ++other) {
      Path fork = forkHere();
      fork.forced = before;
      fork.forced.push_back(other);
      keep(std::move(fork), noTerm, engine.isAtSite() ? costHere(0) : costOfLeaving(costOfUnlikely * other));
    }
  }
  path.log.append({true, 0, kind, kept(what), 0, way, nullptr, 0});
  return way;
}

std::optional<uint64_t> Search::settled(const Value &value) {
  noticeCall();
  const bool isKnown = value.isKnown() || allFixed(value.asTerm(machine.pool));
  path.log.append({true, 0, ChoiceKind::Settled, "known already", 0, isKnown, nullptr, 0});
  return isKnown ? std::optional(valueOf(value.asTerm(machine.pool))) : std::nullopt;
}

// The search

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
  if (refusal == waiting && !result.blockedBy.empty()) {
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
  if (missed != noTerm) {
    need(missed);
    goBackFor(missed);
    beginAnew(missed);
  }
  missed = noTerm;
}

SearchResult Search::run() {
  SearchResult result;
  begun = std::clock();
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
