// What could go either way: which way is gone now, what is kept for later and what that costs.
#include "runtime/search/search.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

/// Ways that are taken for later, in blocks of detour.
static constexpr uint64_t costOfHop = 1000, costOfUnlikely = 40, costOfDetour = 4, costOfRound = 4;

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
  cost += costOfMissing(fork, condition);
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

/// How far it is to the next call when the condition goes that way; nothing when it cannot be reached any more.
std::optional<unsigned> Search::distanceOver(const llvm::BasicBlock *block) const {
  const std::optional<size_t> hop = block ? engine.hopInHand() : std::nullopt;
  if (!hop)
    return unsigned(engine.distanceLeft().value_or(costOfHop) + costOfDetour);
  const Stage &stage = engine.stage();
  if (auto blocks = stage.route->distance(*hop, block))
    return blocks;
  return stage.route->mayComeBack(*hop, stage.first) ? std::optional(unsigned(costOfHop)) : std::nullopt;
}

/// What a run is for is made true where that can be.
bool Search::decideWanted(TermRef yes, bool isTrue, bool isSites) {
  const TermRef no = machine.pool.negation(yes);
  if (isSites)
    claimIsCertain = isTrue && solver.canBe(path.constraints, no) == Answer::Unsatisfiable;
  if (isTrue)
    return true;
  Path before = forkHere();
  if (assume(yes)) {
    keep(std::move(before), no, costOfLeaving(costOfUnlikely));
    return true;
  }
  path.constraints.push_back(no);
  return false;
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
  const bool way = valueOf(yes) != 0;
  if (fork.isWanted && !decideWanted(yes, way, !fork.at))
    return false;
  if (fork.isWanted && !way)
    return true;
  const llvm::BasicBlock *taken = way ? fork.ifTrue : fork.ifFalse, *other = way ? fork.ifFalse : fork.ifTrue;
  return goNearer(way, way ? yes : no, distanceOver(taken), distanceOver(other));
}

/// The way that the values in hand go, `here` from the next call, or the other one, which is `there` from it. A way
/// that leads nearer is worth a question; one that cannot get there is not worth going.
std::optional<bool> Search::goNearer(bool way, TermRef condition, std::optional<unsigned> here,
                                     std::optional<unsigned> there) {
  const TermRef otherwise = machine.pool.negation(condition);
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
  if (there && (!here || *there < *here)) {
    Path before = here && keepsBoth ? forkHere() : Path();
    if (assume(otherwise)) {
      if (here && keepsBoth)
        keep(std::move(before), condition, costHere(*here) + rounds);
      return !way;
    }
    if (!here) {
      missed = otherwise;
      refusal = "the way to the next call cannot be taken";
      return std::nullopt;
    }
    there.reset();
  }
  if (there && keepsBoth)
    keep(forkHere(), otherwise, costHere(*there) + rounds);
  path.constraints.push_back(condition);
  return way;
}

/// A path that goes round is left for later when another one has less to go.
bool Search::isOvertaken(unsigned times, uint64_t cost) {
  if (!limits.waits || std::exchange(path.wasOvertaken, false) || times == 1 || pending.empty() ||
      pending.begin()->first.cost >= cost)
    return false;
  Path later = forkHere();
  later.wasOvertaken = true;
  keep(std::move(later), noTerm, cost);
  refusal = "other paths have less to go";
  isWaiting = true;
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

} // namespace kmem::replay
