// Shifts and rotations. The count is taken modulo 32, or 64 for 64 bits; by 0 they leave the flags alone.
#include "runtime/exec/assembly_table.h"

namespace kmem::replay {

namespace {
struct Shift {
  Value value, count;
  unsigned width;
};

/// "shl src, dst", or "shl dst" by one.
std::optional<Shift> operandsOf(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const size_t operands = instruction.operands.size();
  if (operands != 1 && operands != 2) {
    run.giveUp();
    return std::nullopt;
  }
  const AssemblyOperand &to = instruction.operands.back();
  AssemblyInstruction alone = instruction;
  alone.operands = {to}; // the count's register says nothing about the width
  const unsigned width = run.widthOf(alone);
  const Value count = operands == 1 ? Value::known(1, 8) : run.read(instruction.operands[0], 8);
  const Value masked = run.math.binary(Op::And, count, Value::known(width == 64 ? 63 : 31, 8));
  return Shift{run.read(to, width), run.math.fitted(masked, width), width};
}
} // namespace

template <Op Operation> static void shift(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const std::optional<Shift> shift = operandsOf(run, instruction);
  if (!shift)
    return;
  const Value result = run.math.binary(Operation, shift->value, shift->count);
  const std::optional<bool> nothing = run.decide(run.math.isZero(shift->count));
  if (!nothing || *nothing)
    return;
  // The carry is the bit that went last.
  const Value one = Value::known(1, shift->width);
  const Value before = run.math.binary(Operation, shift->value, run.math.binary(Op::Sub, shift->count, one));
  run.flags.afterLogic(result);
  run.flags.setCarry(run.math.part(before, Operation == Op::Shl ? shift->width - 1 : 0, 1));
  run.write(instruction.operands.back(), result);
}

template <bool Left> static void rotate(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const std::optional<Shift> shift = operandsOf(run, instruction);
  if (!shift)
    return;
  const unsigned width = shift->width;
  const Value count = run.math.binary(Op::And, shift->count, Value::known(width - 1, width));
  const Value back = run.math.binary(Op::And, run.math.binary(Op::Sub, Value::known(width, width), count),
                                     Value::known(width - 1, width));
  const Value up = run.math.binary(Op::Shl, shift->value, Left ? count : back),
              down = run.math.binary(Op::LShr, shift->value, Left ? back : count);
  const Value result = run.math.binary(Op::Or, up, down);
  run.flags.setCarry(run.math.part(result, Left ? 0 : width - 1, 1));
  run.write(instruction.operands.back(), result);
}

/// shld and shrd: bits of a second register come in.
template <bool Left> static void shiftDouble(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 3)
    return run.giveUp();
  AssemblyInstruction single = instruction;
  single.operands = {instruction.operands[0], instruction.operands[2]};
  const std::optional<Shift> shift = operandsOf(run, single);
  if (!shift)
    return;
  const unsigned width = shift->width;
  const Value other = run.read(instruction.operands[1], width);
  const Value back = run.math.binary(Op::Sub, Value::known(width, width), shift->count);
  const Value stays = run.math.binary(Left ? Op::Shl : Op::LShr, shift->value, shift->count),
              comes = run.math.binary(Left ? Op::LShr : Op::Shl, other, back);
  const Value result = run.math.binary(Op::Or, stays, comes);
  run.flags.afterLogic(result);
  run.write(instruction.operands[2], result);
}

llvm::ArrayRef<AssemblyRow> shiftInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"shl", shift<Op::Shl>}, {"sal", shift<Op::Shl>}, {"shr", shift<Op::LShr>},    {"sar", shift<Op::AShr>},
      {"rol", rotate<true>},   {"ror", rotate<false>},  {"shld", shiftDouble<true>}, {"shrd", shiftDouble<false>},
  };
  return rows;
}

} // namespace kmem::replay
