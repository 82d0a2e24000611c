#include "runtime/exec/arithmetic.h"

#include "llvm/ADT/bit.h"

namespace kmem::replay {

Value Arithmetic::binary(Op op, const Value &a, const Value &b) const {
  assert(a.width() == b.width() && "operands of one width");
  if (a.isKnown() && b.isKnown()) {
    const bool comparison = op >= Op::Eq && op <= Op::Sle;
    return Value::known(computeBinary(op, a.bits(), b.bits(), a.width()), comparison ? 1 : a.width());
  }
  return Value::symbolic(pool, pool.binary(op, a.asTerm(pool), b.asTerm(pool)));
}

Value Arithmetic::extended(const Value &value, unsigned width, bool isSigned) const {
  if (!value.isKnown()) {
    const TermRef term = value.asTerm(pool);
    return Value::symbolic(pool, isSigned ? pool.sext(term, width) : pool.zext(term, width));
  }
  return Value::known(isSigned ? uint64_t(signExtended(value.bits(), value.width())) : value.bits(), width);
}

Value Arithmetic::part(const Value &value, unsigned low, unsigned width) const {
  assert(low + width <= value.width());
  return value.isKnown() ? Value::known(value.bits() >> low, width)
                         : Value::symbolic(pool, pool.extract(value.asTerm(pool), low, width));
}

Value Arithmetic::joined(const Value &high, const Value &low) const {
  const unsigned width = high.width() + low.width();
  assert(width <= maxWidth);
  if (high.isKnown() && low.isKnown())
    return Value::known(high.bits() << low.width() | low.bits(), width);
  return Value::symbolic(pool, pool.concat(high.asTerm(pool), low.asTerm(pool)));
}

Value Arithmetic::chosen(const Value &condition, const Value &then, const Value &otherwise) const {
  if (condition.isKnown())
    return condition.bits() ? then : otherwise;
  return Value::symbolic(pool, pool.ite(condition.asTerm(pool), then.asTerm(pool), otherwise.asTerm(pool)));
}

Value Arithmetic::inverted(const Value &condition) const {
  return condition.isKnown() ? Value::known(!condition.bits(), 1)
                             : Value::symbolic(pool, pool.negation(condition.asTerm(pool)));
}

Value Arithmetic::fitted(const Value &value, unsigned width, bool isSigned) const {
  return width <= value.width() ? part(value, 0, width) : extended(value, width, isSigned);
}

std::pair<Value, Value> Arithmetic::product(const Value &a, const Value &b, bool isSigned) const {
  const unsigned width = a.width(), half = width / 2;
  const Value low = binary(Op::Mul, a, b), zero = Value::known(0, width);
  if (width <= maxWidth / 2) {
    const Value whole = binary(Op::Mul, extended(a, 2 * width, isSigned), extended(b, 2 * width, isSigned));
    return {part(whole, width, width), low};
  }
  // Like on paper, with halves for digits.
  auto digit = [&](const Value &value, bool upper) { return extended(part(value, upper ? half : 0, half), width); };
  auto upper = [&](const Value &value) { return digit(value, true); };
  auto times = [&](bool x, bool y) { return binary(Op::Mul, digit(a, x), digit(b, y)); };
  const Value middle = binary(Op::Add, times(true, false), upper(times(false, false)));
  const Value rest = binary(Op::Add, times(false, true), digit(middle, false));
  Value high = binary(Op::Add, binary(Op::Add, times(true, true), upper(middle)), upper(rest));
  if (isSigned) { // a negative factor was taken for 2^width more than it is
    high = binary(Op::Sub, high, chosen(isNegative(a), b, zero));
    high = binary(Op::Sub, high, chosen(isNegative(b), a, zero));
  }
  return {high, low};
}

Value Arithmetic::ones(const Value &value) const {
  const unsigned width = value.width();
  if (value.isKnown())
    return Value::known(uint64_t(llvm::popcount(value.bits())), width);
  Value sum = Value::known(0, width);
  for (unsigned bit = 0; bit < width; ++bit)
    sum = binary(Op::Add, sum, extended(part(value, bit, 1), width));
  return sum;
}

Value Arithmetic::lowestOne(const Value &value) const {
  const unsigned width = value.width();
  if (value.isKnown())
    return Value::known(uint64_t(llvm::countr_zero(value.bits())), width);
  Value found = Value::known(width - 1, width);
  for (unsigned bit = width - 1; bit-- > 0;)
    found = chosen(part(value, bit, 1), Value::known(bit, width), found);
  return found;
}

Value Arithmetic::highestOne(const Value &value) const {
  const unsigned width = value.width();
  if (value.isKnown())
    return Value::known(63 - uint64_t(llvm::countl_zero(value.bits())), width);
  Value found = Value::known(0, width);
  for (unsigned bit = 1; bit < width; ++bit)
    found = chosen(part(value, bit, 1), Value::known(bit, width), found);
  return found;
}

} // namespace kmem::replay
