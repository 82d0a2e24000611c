// Integers of 65 to 128 bits: two values, put together from operations on halves.
#include "runtime/exec/arithmetic.h"
#include "runtime/exec/interpreter.h"

namespace kmem::replay {

namespace {
__extension__ using Whole = unsigned __int128;
__extension__ using SignedWhole = __int128;

/// Both halves have 64 bits here; what a narrower type lacks is filled up before, cut off after.
struct Wide {
  Value low, high;
};

class WideArithmetic {
public:
  explicit WideArithmetic(const Arithmetic &math) : math(math) {}

  Wide sum(const Wide &a, const Wide &b) const {
    const Value low = math.binary(Op::Add, a.low, b.low);
    return {low, plus(plus(a.high, b.high), wide(math.binary(Op::Ult, low, a.low)))};
  }
  Wide difference(const Wide &a, const Wide &b) const {
    const Value borrow = wide(math.binary(Op::Ult, a.low, b.low));
    return {math.binary(Op::Sub, a.low, b.low), math.binary(Op::Sub, math.binary(Op::Sub, a.high, b.high), borrow)};
  }
  Wide product(const Wide &a, const Wide &b) const {
    const auto [high, low] = math.product(a.low, b.low, false);
    const Value crossed = plus(math.binary(Op::Mul, a.low, b.high), math.binary(Op::Mul, a.high, b.low));
    return {low, plus(high, crossed)};
  }
  Wide halves(Op op, const Wide &a, const Wide &b) const {
    return {math.binary(op, a.low, b.low), math.binary(op, a.high, b.high)};
  }
  Wide shift(Op op, const Wide &a, const Value &count) const {
    const Value bits = number(maxWidth), isFar = math.binary(Op::Ule, bits, count);
    const Value far = math.binary(Op::Sub, count, bits), back = math.binary(Op::Sub, bits, count);
    auto either = [&](const Value &then, const Value &otherwise) { return math.chosen(isFar, then, otherwise); };
    auto near = [&](Op here, const Value &from, Op there, const Value &other) {
      return math.binary(Op::Or, math.binary(here, from, count), math.binary(there, other, back));
    };
    if (op == Op::Shl)
      return {either(number(0), math.binary(Op::Shl, a.low, count)),
              either(math.binary(Op::Shl, a.low, far), near(Op::Shl, a.high, Op::LShr, a.low))};
    const Value above = op == Op::AShr ? math.binary(Op::AShr, a.high, number(maxWidth - 1)) : number(0);
    return {either(math.binary(op, a.high, far), near(Op::LShr, a.low, Op::Shl, a.high)),
            either(above, math.binary(op, a.high, count))};
  }
  Value compare(Op op, const Wide &a, const Wide &b) const {
    const Value sameHigh = math.equal(a.high, b.high);
    if (op == Op::Eq)
      return math.binary(Op::And, sameHigh, math.equal(a.low, b.low));
    const bool isSigned = op == Op::Slt || op == Op::Sle, orEqual = op == Op::Ule || op == Op::Sle;
    const Value less = math.binary(isSigned ? Op::Slt : Op::Ult, a.high, b.high);
    const Value lessLow = math.binary(orEqual ? Op::Ule : Op::Ult, a.low, b.low);
    return math.binary(Op::Or, less, math.binary(Op::And, sameHigh, lessLow));
  }

private:
  static Value number(uint64_t bits) { return Value::known(bits, maxWidth); }
  Value plus(const Value &a, const Value &b) const { return math.binary(Op::Add, a, b); }
  Value wide(const Value &bit) const { return math.extended(bit, maxWidth); }

  const Arithmetic &math;
};
} // namespace

static bool takesSign(Op op) {
  return op == Op::AShr || op == Op::Slt || op == Op::Sle || op == Op::SDiv || op == Op::SRem;
}

Interpreter::Ended Interpreter::wideBinary(const Instruction &instruction) {
  const Op op = Op(instruction.operation);
  const Arithmetic math(pool);
  const WideArithmetic wide(math);
  auto operand = [&](Slot slot) -> Wide { return {get(slot), math.extended(get(slot + 1), maxWidth, takesSign(op))}; };
  const Wide a = operand(instruction.a), b = operand(instruction.b);
  Wide result;
  switch (op) {
  case Op::Add:
    result = wide.sum(a, b);
    break;
  case Op::Sub:
    result = wide.difference(a, b);
    break;
  case Op::Mul:
    result = wide.product(a, b);
    break;
  case Op::And:
  case Op::Or:
  case Op::Xor:
    result = wide.halves(op, a, b);
    break;
  case Op::Shl:
  case Op::LShr:
  case Op::AShr:
    result = wide.shift(op, a, b.low);
    break;
  case Op::UDiv:
  case Op::SDiv:
  case Op::URem:
  case Op::SRem:
    return wideQuotient(instruction);
  default:
    set(instruction.dst, wide.compare(op, a, b));
    return {};
  }
  set(instruction.dst, result.low);
  set(instruction.dst + 1, math.part(result.high, 0, instruction.width - maxWidth));
  return {};
}

static Whole quotient(Op op, Whole a, Whole b) {
  const bool wraps = SignedWhole(b) == -1; // the smallest number over -1
  switch (op) {
  case Op::UDiv:
    return a / b;
  case Op::URem:
    return a % b;
  case Op::SDiv:
    return wraps ? 0 - a : Whole(SignedWhole(a) / SignedWhole(b));
  default:
    return wraps ? 0 : Whole(SignedWhole(a) % SignedWhole(b));
  }
}

/// Of known numbers; of symbolic ones, a number is asked for.
Interpreter::Ended Interpreter::wideQuotient(const Instruction &instruction) {
  const Op op = Op(instruction.operation);
  std::optional<uint64_t> parts[4];
  for (unsigned i = 0; i < 4; ++i) {
    const Value &value = get((i < 2 ? instruction.a : instruction.b) + i % 2);
    parts[i] = known(extended(value, maxWidth, takesSign(op)), PickFor::Bits);
    if (!parts[i])
      return end(StopKind::Refused, "a division of wide numbers", instruction);
  }
  const Whole a = Whole(*parts[1]) << maxWidth | *parts[0], b = Whole(*parts[3]) << maxWidth | *parts[2];
  if (b == 0)
    return end(StopKind::Trapped, "division by zero", instruction);
  const Whole result = quotient(op, a, b);
  set(instruction.dst, Value::known(uint64_t(result), maxWidth));
  set(instruction.dst + 1, Value::known(uint64_t(result >> maxWidth), instruction.width - maxWidth));
  return {};
}

void Interpreter::wideExtend(const Instruction &instruction) {
  const bool isSigned = instruction.immediate;
  const Value low = extended(get(instruction.a), maxWidth, isSigned);
  const Value top = instruction.other > maxWidth ? get(instruction.a + 1)
                    : isSigned                   ? compute(Op::AShr, low, Value::known(maxWidth - 1, maxWidth))
                                                 : Value::known(0, 1);
  set(instruction.dst, low);
  set(instruction.dst + 1, Arithmetic(pool).fitted(top, instruction.width - maxWidth, isSigned));
}

} // namespace kmem::replay
