#include "runtime/exec/interpreter.h"
#include "runtime/exec/term_bounds.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::replay {

Value Interpreter::compute(Op op, const Value &a, const Value &b) {
  if (a.isKnown() && b.isKnown()) {
    const bool comparison = op >= Op::Eq && op <= Op::Sle;
    return Value::known(computeBinary(op, a.bits(), b.bits(), a.width()), comparison ? 1 : a.width());
  }
  return Value::symbolic(pool, pool.binary(op, a.asTerm(pool), b.asTerm(pool)));
}

static bool divides(Op op) { return op == Op::UDiv || op == Op::SDiv || op == Op::URem || op == Op::SRem; }

Interpreter::Ended Interpreter::binary(const Instruction &instruction) {
  const Op op = Op(instruction.operation);
  const Value &a = get(instruction.a), &b = get(instruction.b);
  if (divides(op)) {
    // A division by zero ends the run; it is the last thing that a search is after.
    std::optional<bool> divides = b.isKnown() ? std::optional(b.bits() != 0) : std::nullopt;
    if (!divides) {
      const TermRef isZero = pool.equal(b.asTerm(pool), pool.constant(0, b.width()));
      divides = environment.branch({pool.negation(isZero), instruction.origin, nullptr, nullptr, /*isWanted=*/true});
    }
    if (!divides)
      return end(StopKind::Refused, "a divisor", instruction);
    if (!*divides)
      return end(StopKind::Trapped, "division by zero", instruction);
  }
  set(instruction.dst, compute(op, a, b));
  return {};
}

Value Interpreter::extended(const Value &value, unsigned width, bool isSigned) {
  if (!value.isKnown()) {
    const TermRef term = value.asTerm(pool);
    return Value::symbolic(pool, isSigned ? pool.sext(term, width) : pool.zext(term, width));
  }
  return Value::known(isSigned ? uint64_t(signExtended(value.bits(), value.width())) : value.bits(), width);
}

void Interpreter::select(const Instruction &instruction) {
  const Value &condition = get(instruction.a), &then = get(instruction.b), &otherwise = get(instruction.c);
  if (condition.isKnown())
    return set(instruction.dst, condition.bits() ? then : otherwise);
  set(instruction.dst,
      Value::symbolic(pool, pool.ite(condition.asTerm(pool), then.asTerm(pool), otherwise.asTerm(pool))));
}

static constexpr unsigned byteWidth = 8;

static uint64_t reversedBytes(uint64_t value, unsigned width) { return llvm::byteswap(value) >> (64 - width); }

/// What is a short term of a symbolic value; nothing for the others.
static std::optional<Value> symbolicBits(const Arithmetic &arithmetic, BitCount operation, const Value &value) {
  const unsigned width = value.width();
  const auto orWidth = [&](const Value &count) {
    return arithmetic.chosen(arithmetic.isZero(value), Value::known(width, width), count);
  };
  switch (operation) {
  case BitCount::ByteSwap: {
    Value swapped = arithmetic.part(value, 0, byteWidth);
    for (unsigned low = byteWidth; low < width; low += byteWidth)
      swapped = arithmetic.joined(swapped, arithmetic.part(value, low, byteWidth));
    return swapped;
  }
  case BitCount::Absolute:
    return arithmetic.chosen(arithmetic.isNegative(value), arithmetic.binary(Op::Sub, Value::known(0, width), value),
                             value);
  case BitCount::TrailingZeros:
    return orWidth(arithmetic.lowestOne(value));
  case BitCount::LeadingZeros:
    return orWidth(arithmetic.binary(Op::Sub, Value::known(width - 1, width), arithmetic.highestOne(value)));
  case BitCount::Ones:
  case BitCount::BitReverse:
    return std::nullopt;
  }
  __builtin_unreachable();
}

/// ctpop, ctlz and their like. Where there is no short term, a symbolic value is asked for a known one: they choose
/// among few bits in practice.
Interpreter::Ended Interpreter::countBits(const Instruction &instruction) {
  const Value &operand = get(instruction.a);
  if (!operand.isKnown())
    if (const auto result = symbolicBits(Arithmetic(pool), BitCount(instruction.operation), operand)) {
      set(instruction.dst, *result);
      return {};
    }
  const std::optional<uint64_t> bits = known(get(instruction.a), PickFor::Bits);
  if (!bits)
    return end(StopKind::Refused, "a value whose bits are counted", instruction);
  const unsigned width = instruction.width;
  const uint64_t value = *bits;
  uint64_t result = 0;
  switch (BitCount(instruction.operation)) {
  case BitCount::Ones:
    result = uint64_t(llvm::popcount(value));
    break;
  case BitCount::LeadingZeros:
    result = value ? uint64_t(llvm::countl_zero(value)) - (64 - width) : width;
    break;
  case BitCount::TrailingZeros:
    result = value ? uint64_t(llvm::countr_zero(value)) : width;
    break;
  case BitCount::ByteSwap:
    result = reversedBytes(value, width);
    break;
  case BitCount::BitReverse:
    result = llvm::reverseBits(value) >> (64 - width);
    break;
  case BitCount::Absolute:
    result = signExtended(value, width) < 0 ? 0 - value : value;
    break;
  }
  set(instruction.dst, Value::known(result, width));
  return {};
}

/// Whether the exact result leaves the type: never where the operands are small, as sizes of 32 bits are in 64; else by
/// computing it in twice the width where that fits, by the signs or by dividing back.
void Interpreter::withOverflow(const Instruction &instruction) {
  const Op op = Op(instruction.operation);
  const bool isSigned = instruction.immediate;
  const unsigned width = instruction.width;
  const Value a = get(instruction.a), b = get(instruction.b), result = compute(op, a, b);
  const Value zero = Value::known(0, width);
  auto both = [&](const Value &x, const Value &y) { return compute(Op::And, x, y); };
  auto negated = [&](const Value &x) { return compute(Op::Xor, x, Value::known(1, 1)); };
  auto negative = [&](const Value &x) { return compute(Op::Slt, x, zero); };
  auto boundOf = [&](const Value &x) { return x.isKnown() ? x.bits() : upperBound(pool, x.asTerm(pool)); };
  const uint64_t largest = truncated(~uint64_t(0), width) >> isSigned;
  Value overflow;
  if (staysWithin(largest, op, boundOf(a), boundOf(b))) {
    overflow = Value::known(0, 1);
  } else if (width <= maxWidth / 2) {
    const Value exact = compute(op, extended(a, 2 * width, isSigned), extended(b, 2 * width, isSigned));
    overflow = negated(compute(Op::Eq, exact, extended(result, 2 * width, isSigned)));
  } else if (op == Op::Mul) {
    const Op quotient = isSigned ? Op::SDiv : Op::UDiv;
    const Value back = negated(compute(Op::Eq, compute(quotient, result, a), b));
    overflow = both(negated(compute(Op::Eq, a, zero)), back);
    if (isSigned) { // -1 * smallest divides back to itself
      const Value minusOne = Value::known(~uint64_t(0), width),
                  smallest = Value::known(uint64_t(1) << (width - 1), width);
      overflow = compute(Op::Or, overflow, both(compute(Op::Eq, a, minusOne), compute(Op::Eq, b, smallest)));
    }
  } else if (!isSigned) {
    overflow = op == Op::Add ? compute(Op::Ult, result, a) : compute(Op::Ult, a, b);
  } else { // the sign of the result is that of neither (sum), or not the minuend's where the subtrahend's differs
    const Value signA = negative(a), signB = negative(b), signResult = negative(result);
    const Value likeB = op == Op::Add ? compute(Op::Eq, signA, signB) : compute(Op::Xor, signA, signB);
    overflow = both(likeB, compute(Op::Xor, signA, signResult));
  }
  set(instruction.dst, result);
  set(instruction.dst + 1, overflow);
}

} // namespace kmem::replay
