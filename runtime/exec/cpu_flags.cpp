#include "runtime/exec/cpu_flags.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

void CpuFlags::after(Operation operation, const Value &left, const Value &right, const Value &carry,
                     const Value &outcome) {
  last = operation;
  a = left;
  b = right;
  carryIn = carry;
  result = outcome;
  givenCarry = givenZero = givenSign = givenOverflow = std::nullopt;
}

void CpuFlags::afterAddition(const Value &left, const Value &right, const Value &carry, const Value &sum) {
  after(Operation::Addition, left, right, carry, sum);
}

void CpuFlags::afterSubtraction(const Value &left, const Value &right, const Value &carry, const Value &difference) {
  after(Operation::Subtraction, left, right, carry, difference);
}

void CpuFlags::afterLogic(const Value &outcome) {
  after(Operation::Logic, outcome, outcome, Value::known(0, 1), outcome);
}

Value CpuFlags::carry() const {
  if (givenCarry)
    return *givenCarry;
  if (last == Operation::Logic)
    return Value::known(0, 1);
  // With a carry in, an operand that comes out again has gone all the way round.
  const Value &smaller = last == Operation::Addition ? result : a, &larger = last == Operation::Addition ? a : b;
  return math.binary(Op::Or, math.binary(Op::Ult, smaller, larger),
                     math.binary(Op::And, carryIn, math.equal(smaller, larger)));
}

Value CpuFlags::overflow() const {
  if (givenOverflow)
    return *givenOverflow;
  if (last == Operation::Logic)
    return Value::known(0, 1);
  const Value signA = math.isNegative(a), signB = math.isNegative(b), signResult = math.isNegative(result);
  const Value differs = math.binary(Op::Xor, signA, signB);
  return math.binary(Op::And, last == Operation::Addition ? math.inverted(differs) : differs,
                     math.binary(Op::Xor, signA, signResult));
}

namespace {
enum class Test : uint8_t { Carry, Zero, Sign, Overflow, BelowOrEqual, Less, LessOrEqual };
struct Spelling {
  llvm::StringLiteral text;
  Test test;
  bool negated;
};
constexpr Spelling spellings[] = {
    {"c", Test::Carry, false},         {"b", Test::Carry, false},        {"nae", Test::Carry, false},
    {"nc", Test::Carry, true},         {"nb", Test::Carry, true},        {"ae", Test::Carry, true},
    {"z", Test::Zero, false},          {"e", Test::Zero, false},         {"nz", Test::Zero, true},
    {"ne", Test::Zero, true},          {"s", Test::Sign, false},         {"ns", Test::Sign, true},
    {"o", Test::Overflow, false},      {"no", Test::Overflow, true},     {"be", Test::BelowOrEqual, false},
    {"na", Test::BelowOrEqual, false}, {"a", Test::BelowOrEqual, true},  {"nbe", Test::BelowOrEqual, true},
    {"l", Test::Less, false},          {"nge", Test::Less, false},       {"ge", Test::Less, true},
    {"nl", Test::Less, true},          {"le", Test::LessOrEqual, false}, {"ng", Test::LessOrEqual, false},
    {"g", Test::LessOrEqual, true},    {"nle", Test::LessOrEqual, true},
};

const Spelling *find(llvm::StringRef text) {
  const auto *found = llvm::find_if(spellings, [&](const Spelling &s) { return s.text == text; });
  return found == std::end(spellings) ? nullptr : found;
}
} // namespace

bool CpuFlags::isCondition(llvm::StringRef text) { return find(text); }

Value CpuFlags::holds(llvm::StringRef condition) const {
  const Spelling &spelling = *find(condition);
  auto less = [&] { return math.binary(Op::Xor, sign(), overflow()); };
  const Value value = [&] {
    switch (spelling.test) {
    case Test::Carry:
      return carry();
    case Test::Zero:
      return zero();
    case Test::Sign:
      return sign();
    case Test::Overflow:
      return overflow();
    case Test::BelowOrEqual:
      return math.binary(Op::Or, carry(), zero());
    case Test::Less:
      return less();
    case Test::LessOrEqual:
      return math.binary(Op::Or, less(), zero());
    }
    __builtin_unreachable();
  }();
  return spelling.negated ? math.inverted(value) : value;
}

} // namespace kmem::replay
