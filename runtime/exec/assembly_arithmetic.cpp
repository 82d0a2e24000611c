// Sums, differences, logic, products and quotients.
#include "runtime/exec/assembly_table.h"

namespace kmem::replay {

static Value noCarry() { return Value::known(0, 1); }

/// dst = dst + src (+ carry), the source first as AT&T has it.
template <bool WithCarry> static void add(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value b = run.read(instruction.operands[0], width), a = run.read(instruction.operands[1], width);
  const Value carry = WithCarry ? run.flags.carry() : noCarry();
  const Value sum = run.math.binary(Op::Add, run.math.binary(Op::Add, a, b), run.math.extended(carry, width));
  run.flags.afterAddition(a, b, carry, sum);
  run.write(instruction.operands[1], sum);
}

template <bool WithCarry, bool Keeps> static void subtract(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value b = run.read(instruction.operands[0], width), a = run.read(instruction.operands[1], width);
  const Value carry = WithCarry ? run.flags.carry() : noCarry();
  const Value difference = run.math.binary(Op::Sub, run.math.binary(Op::Sub, a, b), run.math.extended(carry, width));
  run.flags.afterSubtraction(a, b, carry, difference);
  if (Keeps)
    run.write(instruction.operands[1], difference);
}

template <Op Operation, bool Keeps> static void logic(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value b = run.read(instruction.operands[0], width), a = run.read(instruction.operands[1], width);
  const Value result = run.math.binary(Operation, a, b);
  run.flags.afterLogic(result);
  if (Keeps)
    run.write(instruction.operands[1], result);
}

/// inc and dec leave the carry as it was.
template <bool Up> static void step(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 1)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value a = run.read(instruction.operands[0], width), one = Value::known(1, width), carry = run.flags.carry();
  const Value result = run.math.binary(Up ? Op::Add : Op::Sub, a, one);
  if (Up)
    run.flags.afterAddition(a, one, noCarry(), result);
  else
    run.flags.afterSubtraction(a, one, noCarry(), result);
  run.flags.setCarry(carry);
  run.write(instruction.operands[0], result);
}

static void negate(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 1)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value a = run.read(instruction.operands[0], width), zero = Value::known(0, width);
  const Value result = run.math.binary(Op::Sub, zero, a);
  run.flags.afterSubtraction(zero, a, noCarry(), result);
  run.write(instruction.operands[0], result);
}

static void complement(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 1)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value ones = Value::known(~uint64_t(0), width);
  run.write(instruction.operands[0], run.math.binary(Op::Xor, run.read(instruction.operands[0], width), ones));
}

/// dx:ax = ax * src; with more operands only the low half is kept.
template <bool Signed> static void multiply(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const size_t count = instruction.operands.size();
  const unsigned width = run.widthOf(instruction);
  if (count == 0 || count > 3 || (count == 1 && width == 8))
    return run.giveUp();
  const Value a = run.read(instruction.operands[0], width);
  if (count > 1) {
    const Value b = run.read(instruction.operands[1], width);
    return run.write(instruction.operands[count - 1], run.math.binary(Op::Mul, a, b));
  }
  const auto [high, low] = run.math.product(run.cpu(AX, width), a, Signed);
  const Value fits = run.math.equal(high, Signed ? run.math.binary(Op::AShr, low, Value::known(width - 1, width))
                                                 : Value::known(0, width));
  run.flags.setCarry(run.math.inverted(fits));
  run.flags.setOverflow(run.math.inverted(fits));
  run.setCpu(AX, low);
  run.setCpu(DX, high);
}

/// ax, dx = dx:ax divided by src, of numbers without sign. The upper half must be known where all does not fit in 64
/// bits: the kernel divides such numbers after it has divided the upper half.
static void divide(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const unsigned width = run.widthOf(instruction);
  if (instruction.operands.size() != 1 || width < 32)
    return run.giveUp();
  const Value divisor = run.read(instruction.operands[0], width), low = run.cpu(AX, width), high = run.cpu(DX, width);
  const std::optional<bool> overflows = run.decide(run.math.binary(Op::Ule, divisor, high));
  if (!overflows)
    return;
  if (*overflows)
    return run.refuse("a division that does not fit");
  auto both = [&](Op quotient, Op rest, const Value &a, const Value &b) {
    run.setCpu(AX, run.math.part(run.math.binary(quotient, a, b), 0, width));
    run.setCpu(DX, run.math.part(run.math.binary(rest, a, b), 0, width));
  };
  if (width == 32)
    return both(Op::UDiv, Op::URem, run.math.joined(high, low), run.math.extended(divisor, maxWidth));
  if (high.isKnown() && high.bits() == 0)
    return both(Op::UDiv, Op::URem, low, divisor);
  const auto by = run.pick(divisor, PickFor::Bits), above = run.pick(high, PickFor::Bits),
             below = run.pick(low, PickFor::Bits);
  if (!by || !above || !below)
    return;
  __extension__ using Wide = unsigned __int128;
  const Wide whole = Wide(*above) << 64 | *below;
  run.setCpu(AX, Value::known(uint64_t(whole / *by), width));
  run.setCpu(DX, Value::known(uint64_t(whole % *by), width));
}

llvm::ArrayRef<AssemblyRow> arithmeticInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"add", add<false>},
      {"adc", add<true>},
      {"sub", subtract<false, true>},
      {"sbb", subtract<true, true>},
      {"cmp", subtract<false, false>},
      {"and", logic<Op::And, true>},
      {"or", logic<Op::Or, true>},
      {"xor", logic<Op::Xor, true>},
      {"test", logic<Op::And, false>},
      {"inc", step<true>},
      {"dec", step<false>},
      {"neg", negate},
      {"not", complement},
      {"mul", multiply<false>},
      {"imul", multiply<true>},
      {"div", divide},
  };
  return rows;
}

} // namespace kmem::replay
