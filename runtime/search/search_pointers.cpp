// Pointers that are inputs: what they point to is made when they are followed.
#include "runtime/search/search.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

static constexpr uint64_t costOfAlias = 5000;                       ///< behind all that lies on the way
static constexpr uint64_t costOfLargest = 50;                       ///< of the sizes that a claim allows
static constexpr uint64_t usualSize = 64, largestUsualSize = 65536; ///< bytes
static constexpr uint64_t largestBlock = sim::pageSize << sim::maxPageOrder;
static constexpr uint64_t smallSizes[] = {usualSize, 4096, largestUsualSize, 1 << 24};

/// Further values, in blocks of detour; twice as much for each. Sizes are rarely what decides.
static constexpr uint64_t costOfValue = 8, costOfSize = 64;

/// Whether a number is as far from 0 as addresses are, in either direction, and no offset.
static bool isFar(uint64_t number) {
  constexpr uint64_t largestOffset = uint64_t(1) << 31;
  return number + largestOffset > 2 * largestOffset;
}

/// A variable that `value` is the sum of with something else: one declared as a pointer or, when the sum has nothing
/// else that can be the base of an object, another one that is as wide. Bits may be masked out of it; of a conditional,
/// as `p ? container_of(p) : NULL` is one, what it is at present counts.
std::optional<uint32_t> Search::pointerIn(TermRef value) {
  std::optional<uint32_t> declared, found;
  bool hasBase = false, isMasked = false;
  std::vector<TermRef> work{value};
  while (!work.empty() && !declared) {
    const TermRef at = work.back();
    const Term term = machine.pool[at];
    work.pop_back();
    if (term.op == Op::Add) {
      work.push_back(term.a);
      work.push_back(term.b);
    } else if (term.op == Op::Sub) {
      work.push_back(term.a);
    } else if (term.op == Op::And && machine.pool.isConstant(term.b)) {
      isMasked = true;
      work.push_back(term.a);
    } else if (term.op == Op::Ite) {
      work.push_back(valueOf(term.a) ? term.b : term.c);
    } else if (term.op == Op::Variable && term.width == maxWidth && !path.isFixed(uint32_t(term.value))) {
      found = uint32_t(term.value);
      if (const LogEntry *entry = entryOf(*found); entry && isPointer(entry->type))
        declared = found;
    } else if (isFar(valueOf(at))) {
      hasBase = true;
    }
  }
  const std::optional<uint32_t> pointer = declared || !hasBase ? found : std::nullopt;
  if (pointer && isMasked) // what is masked out is what the object's address has there
    note(ShortcutKind::Concretised, "one of many values");
  return pointer;
}

/// Gives a variable a value, without asking the solver where all conditions on it hold with it as well.
bool Search::assumeEqual(uint32_t variable, uint64_t value) {
  Assignment tried = path.values;
  tried.set(variable, value);
  trial.use(tried);
  const bool fits = llvm::all_of(path.constraints, [&](TermRef condition) {
    return !llvm::is_contained(machine.pool.variablesIn(condition), variable) || trial.valueOf(condition) != 0;
  });
  const TermRef is = machine.pool.equal(machine.pool.termOf(variable), machine.pool.constant(value, maxWidth));
  if (!fits && !assume(is))
    return false;
  if (fits) {
    setValues(std::move(tried));
    path.constraints.push_back(is);
  }
  fix(variable, is);
  return true;
}

/// It may lead to memory that others lead to as well. That matters where all ways must be gone, so it is left for the
/// end, and once something else was left out it is not gone into.
void Search::keepAliases(uint32_t variable, const LogEntry &entry) {
  if (!mayStillRefute())
    return;
  const auto places = aliases.of(entry.type, limits.placesPerPointer);
  if (!places)
    return note(ShortcutKind::Bound, "pointers that may lead to the same memory");
  const TermRef term = machine.pool.termOf(variable);
  for (const Address place : *places)
    keep(forkHere(), machine.pool.equal(term, machine.pool.constant(place, maxWidth)), costHere(costOfAlias));
}

/// Gives a pointer something of its own to point to, or, where conditions or its usual state say otherwise, that.
/// False when there is no room for another object.
bool Search::bind(uint32_t variable) {
  const TermRef term = machine.pool.termOf(variable);
  auto is = [&](uint64_t value) { return machine.pool.equal(term, machine.pool.constant(value, maxWidth)); };
  const LogEntry entry = *entryOf(variable);
  const uint64_t now = path.values[variable];
  // What was decided is there, unless it was made in a call that has begun anew.
  if (isDecidedBy(is(now)) && (machine.objects.at(now) || !machine.objects.space().contains(now))) {
    fix(variable, is(now));
    return true;
  }
  if (entry.usual && now == entry.usual) {
    keep(forkHere(), machine.pool.negation(is(now)), costOfLeaving(limits.valuesPerPlace));
  } else {
    if (const LazyObject *shared = engine.sharedObject(entry.type); shared && assumeEqual(variable, shared->base)) {
      note(ShortcutKind::Bound, "objects that the calls do not share");
      return true;
    }
    keepAliases(variable, entry);
    const LazyObjects::State before = machine.objects.state();
    const Address made = machine.objects.follow(entry.type, entry.text, entry.usual);
    if (!made) {
      note(ShortcutKind::Bound, "objects");
      return false;
    }
    // It has to be something else when this contradicts a condition, such as that it equals another pointer.
    if (assumeEqual(variable, made))
      return true;
    machine.objects.restore(before);
    keepOther(is(now), costOfValue);
  }
  path.constraints.push_back(is(now));
  fix(variable, is(now));
  return true;
}

/// Nothing and very much are rarely what code is about: where conditions allow, a size is an ordinary one, else a small
/// one, since all of it may have to be written. Of a claim about sizes, it is tried with the largest that is fine as
/// well: of the same number of larger things it may be too much.
void Search::preferUsualSize(TermRef value) {
  const uint64_t now = valueOf(value);
  const bool isAboutSizes = plan.target.kind == TargetKind::Size;
  const bool isOrdinary = now != 0 && now <= largestUsualSize;
  const uint64_t wanted = isAboutSizes ? plan.target.limit : usualSize;
  TermPool &pool = machine.pool;
  const unsigned width = pool[value].width;
  const TermRef isWanted = pool.equal(value, pool.constant(wanted, width));
  if (isOrdinary && isAboutSizes && now != wanted)
    keep(forkHere(), isWanted, costHere(costOfLargest));
  if (isOrdinary && (isAboutSizes || now <= usualSize))
    return;
  Answer answer = isOrdinary ? Answer::Unsatisfiable : prefer(isWanted);
  const TermRef below = pool.binary(Op::Sub, value, pool.constant(1, width)); // 0 is more than any
  for (uint64_t size : smallSizes)
    if (answer == Answer::Unsatisfiable && truncated(size, width) == size && (!isOrdinary || size < now))
      answer = prefer(pool.binary(Op::Ult, below, pool.constant(size, width)));
}

/// Values that make `condition` true as well, where there are such; the path is not bound to them.
Answer Search::prefer(TermRef condition) {
  const Answer answer = solver.extend(path.constraints, condition, path.fixed, path.values);
  evaluation.forget();
  return answer;
}

/// The way, once on a path, on which memory is too large for anything but single pages, which some functions fall back
/// to.
void Search::keepLarge(TermRef value) {
  TermPool &pool = machine.pool;
  const unsigned width = pool[value].width;
  const llvm::Instruction *here = engine.interpreter().instructionInHand();
  const bool wasDecided = llvm::any_of(path.forks, [&](const auto &fork) { return fork.first == here; });
  if (wasDecided || truncated(2 * largestBlock, width) != 2 * largestBlock || valueOf(value) > largestBlock)
    return;
  const TermRef above = pool.binary(Op::Sub, value, pool.constant(largestBlock + 1, width));
  keep(forkHere(), pool.binary(Op::Ult, above, pool.constant(largestUsualSize, width)), costOfLeaving(costOfSize));
}

/// The way on which something does not have the value that is taken here, up to a limit.
void Search::keepOther(TermRef is, uint64_t detour) {
  const unsigned times = timesDecided(engine.interpreter().instructionInHand());
  if (times > limits.valuesPerPlace)
    shortcut(ShortcutKind::Concretised, "one of many values");
  else
    keep(forkHere(), machine.pool.negation(is), costOfLeaving(detour << times));
}

/// A number that `value` has under the conditions; the others are left for later, up to a limit.
std::optional<uint64_t> Search::concretise(TermRef value, PickFor purpose) {
  if (purpose == PickFor::Size)
    preferUsualSize(value);
  const uint64_t number = valueOf(value);
  const TermRef is = machine.pool.equal(value, machine.pool.constant(number, machine.pool[value].width));
  if (isDecidedBy(is))
    return number;
  if (purpose == PickFor::Size)
    keepLarge(value);
  keepOther(is, purpose == PickFor::Size ? costOfSize : costOfValue);
  path.constraints.push_back(is);
  if (machine.pool[value].op == Op::Variable)
    fix(uint32_t(machine.pool[value].value), is);
  return number;
}

std::optional<uint64_t> Search::pickAddress(TermRef value) {
  while (!allFixed(value)) {
    const std::optional<uint32_t> pointer = pointerIn(value);
    if (!pointer)
      return concretise(value, PickFor::Address);
    if (!bind(*pointer))
      return std::nullopt;
  }
  return valueOf(value);
}

std::optional<uint64_t> Search::pick(TermRef value, PickFor purpose) {
  noticeCall();
  if (isTimeUp())
    return std::nullopt;
  if (allFixed(value))
    return valueOf(value);
  rememberStart();
  return purpose == PickFor::Address ? pickAddress(value) : concretise(value, purpose);
}

} // namespace kmem::replay
