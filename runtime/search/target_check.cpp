#include "runtime/search/target_check.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace kmem::replay {

/// How the reports open that say that a call must not be made in this context (kernel/sched/core.c, lockdep.c,
/// lib/bug.c, rcu/tree_plugin.h).
static constexpr llvm::StringLiteral contextReports[] = {
    "BUG: sleeping function called from invalid context",
    "BUG: scheduling while atomic",
    "[ BUG: Invalid wait context ]",
    "Voluntary context switch within RCU read-side critical section!",
    "Illegal context switch in RCU",
    "kernel BUG at mm/vmalloc.c",
};

static constexpr unsigned longWidth = 64;

namespace {
/// Arithmetic on values, known or not.
class Values64 {
public:
  explicit Values64(TermPool &pool) : pool(pool) {}

  Value compute(Op op, const Value &a, const Value &b) {
    if (!a.isKnown() || !b.isKnown())
      return Value::symbolic(pool, pool.binary(op, a.asTerm(pool), b.asTerm(pool)));
    const bool compares = op >= Op::Eq && op <= Op::Sle;
    return Value::known(computeBinary(op, a.bits(), b.bits(), a.width()), compares ? 1 : a.width());
  }
  Value widened(const Value &value) {
    if (value.isKnown())
      return Value::known(value.bits(), longWidth);
    return Value::symbolic(pool, pool.zext(value.asTerm(pool), longWidth));
  }
  static Value number(uint64_t bits) { return Value::known(bits, longWidth); }

private:
  TermPool &pool;
};
} // namespace

std::optional<bool> TargetCheck::decide(const Value &condition) {
  open = !condition.isKnown();
  return condition.isKnown()
             ? std::optional(condition.bits() != 0)
             : chooser.branch({condition.asTerm(machine.pool), nullptr, nullptr, nullptr, /*isWanted=*/true});
}

std::optional<bool> TargetCheck::isTooLarge(llvm::ArrayRef<Value> arguments) {
  Values64 values(machine.pool);
  Value bytes = Values64::number(1);
  for (int index : target.sizes)
    bytes = values.compute(Op::Mul, bytes, values.widened(arguments[size_t(index)]));
  if (target.sizes.empty())
    bytes = values.widened(arguments[size_t(target.order)]);
  Value isLarge = values.compute(Op::Ult, Values64::number(target.limit), bytes);
  if (target.noneOf && target.gfp >= 0) {
    const Value quiet =
        values.compute(Op::And, values.widened(arguments[size_t(target.gfp)]), Values64::number(target.noneOf));
    isLarge = values.compute(Op::And, isLarge, values.compute(Op::Eq, quiet, Values64::number(0)));
  }
  return decide(isLarge);
}

std::optional<bool> TargetCheck::hasFlags(llvm::ArrayRef<Value> arguments) {
  Values64 values(machine.pool);
  const Value flags = values.widened(arguments[size_t(target.gfp)]);
  const Value all = Values64::number(target.allOf), none = Values64::number(target.noneOf);
  Value fits = values.compute(Op::And, values.compute(Op::Eq, values.compute(Op::And, flags, all), all),
                              values.compute(Op::Eq, values.compute(Op::And, flags, none), Values64::number(0)));
  if (target.minOrder > 0 && target.order >= 0)
    fits = values.compute(Op::And, fits,
                          values.compute(Op::Ule, Values64::number(uint64_t(target.minOrder)),
                                         values.widened(arguments[size_t(target.order)])));
  return decide(fits);
}

/// An object of unknown origin tells nothing, nor does a variable: some releases take constants.
std::optional<bool> TargetCheck::isForeign(llvm::ArrayRef<Value> arguments) {
  auto known = [&](int index) -> std::optional<uint64_t> {
    const Value &value = arguments[size_t(index)];
    return value.isKnown() ? std::optional(value.bits()) : chooser.pick(value.asTerm(machine.pool), PickFor::Argument);
  };
  const Value &released = arguments[size_t(target.pointer)];
  const std::optional<uint64_t> pointer = released.isKnown()
                                              ? std::optional(released.bits())
                                              : chooser.pick(released.asTerm(machine.pool), PickFor::Address);
  if (!pointer)
    return std::nullopt;
  if (sim::isErrorPointer(*pointer))
    return !target.acceptsErrorPointer;
  const Allocation *memory = models.allocationAt(*pointer);
  if (!memory && machine.objects.at(*pointer)) // no, for all that this run knows, which refutes nothing
    chooser.shortcut(ShortcutKind::Model, "nobody knows where the released memory comes from");
  if (!memory)
    return *pointer > sim::zeroSizePointer && !machine.objects.at(*pointer) &&
           !machine.program.layout().variableAt(*pointer); // nobody gave it out
  if (memory->freed)
    return false;
  if (memory->address != *pointer)
    return true;
  if (!target.accepted.empty() && !llvm::is_contained(target.accepted, memory->family))
    return true;
  auto differs = [&](int index, uint64_t expected) {
    const std::optional<uint64_t> given = index >= 0 ? known(index) : std::optional(expected);
    return given && *given != expected;
  };
  return differs(target.cache, memory->cache) || differs(target.size, memory->size) ||
         differs(target.order, memory->order);
}

std::optional<bool> TargetCheck::holdsBefore(llvm::ArrayRef<Value> arguments) {
  switch (target.kind) {
  case TargetKind::Sleep:
    return false;
  case TargetKind::Size:
    return isTooLarge(arguments);
  case TargetKind::Free:
    return isForeign(arguments);
  case TargetKind::Gfp:
    return hasFlags(arguments);
  case TargetKind::Reach:
    return true;
  }
  __builtin_unreachable();
}

bool saysForbidden(llvm::StringRef line) {
  return llvm::any_of(contextReports, [&](llvm::StringRef text) { return line.contains(text); });
}

bool wasContextReported(const sim::Console &console, sim::Console::Mark mark) {
  return llvm::any_of(console.since(mark), [](const std::string &line) { return saysForbidden(line); });
}

} // namespace kmem::replay
