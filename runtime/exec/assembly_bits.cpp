// Single bits, and searches for them.
#include "runtime/exec/assembly_table.h"

namespace kmem::replay {

enum class BitChange : uint8_t { None, Set, Clear, Flip };

/// A bit of memory may lie in any word around the operand when its number comes from a register.
static void addressWord(AssemblyRun &run, const AssemblyInstruction &instruction, unsigned width, Value &number,
                        Value &word) {
  const AssemblyOperand &from = instruction.operands[0];
  word = run.address(instruction.operands[1]);
  if (from.kind == AssemblyOperand::Kind::Immediate)
    return;
  const Value whole = run.math.extended(run.read(from, width), maxWidth, true);
  const unsigned shift = width == 64 ? 6 : width == 32 ? 5 : 4;
  const Value words = run.math.binary(Op::AShr, whole, Value::known(shift, maxWidth));
  word = run.math.binary(Op::Add, word, run.math.binary(Op::Mul, words, Value::known(width / 8, maxWidth)));
}

template <BitChange Change> static void testBit(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const AssemblyOperand &to = instruction.operands[1];
  const bool inMemory = run.isInMemory(to);
  Value number = run.read(instruction.operands[0], width), word;
  if (inMemory)
    addressWord(run, instruction, width, number, word);
  number = run.math.binary(Op::And, number, Value::known(width - 1, width));
  const Value bits = inMemory ? run.load(word, width) : run.read(to, width);
  run.flags.setCarry(run.math.part(run.math.binary(Op::LShr, bits, number), 0, 1));
  if (Change == BitChange::None)
    return;
  const Value mask = run.math.binary(Op::Shl, Value::known(1, width), number);
  const Value cleared = run.math.binary(Op::Xor, mask, Value::known(~uint64_t(0), width));
  const Value changed = Change == BitChange::Set     ? run.math.binary(Op::Or, bits, mask)
                        : Change == BitChange::Clear ? run.math.binary(Op::And, bits, cleared)
                                                     : run.math.binary(Op::Xor, bits, mask);
  if (inMemory)
    run.store(word, changed);
  else
    run.write(to, changed);
}

/// bsf and bsr: without a bit the destination stays as it is.
template <bool Lowest> static void search(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const AssemblyOperand &to = instruction.operands[1];
  const Value value = run.read(instruction.operands[0], width), none = run.math.isZero(value);
  run.flags.setZero(none);
  if (none.isKnown() && none.bits())
    return;
  const Value found = Lowest ? run.math.lowestOne(value) : run.math.highestOne(value);
  if (none.isKnown())
    return run.write(to, found);
  // Not a write of `width` bits: what stays keeps its upper half.
  const Value old = run.read(to, maxWidth);
  run.write(to, run.math.chosen(none, old, run.math.extended(found, maxWidth)));
}

/// tzcnt and lzcnt: of no bit, the width.
template <bool Trailing> static void countZeros(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value value = run.read(instruction.operands[0], width), none = run.math.isZero(value);
  const Value all = Value::known(width, width);
  auto count = [&] {
    return Trailing ? run.math.lowestOne(value)
                    : run.math.binary(Op::Sub, Value::known(width - 1, width), run.math.highestOne(value));
  };
  const Value result = none.isKnown() && none.bits() ? all : run.math.chosen(none, all, count());
  run.flags.setCarry(none);
  run.flags.setZero(run.math.isZero(result));
  run.write(instruction.operands[1], result);
}

static void countOnes(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const Value ones = run.math.ones(run.read(instruction.operands[0], run.widthOf(instruction)));
  run.flags.afterLogic(ones);
  run.write(instruction.operands[1], ones);
}

llvm::ArrayRef<AssemblyRow> bitInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"bt", testBit<BitChange::None>},
      {"bts", testBit<BitChange::Set>},
      {"btr", testBit<BitChange::Clear>},
      {"btc", testBit<BitChange::Flip>},
      {"bsf", search<true>},
      {"bsr", search<false>},
      {"tzcnt", countZeros<true>},
      {"lzcnt", countZeros<false>},
      {"popcnt", countOnes},
  };
  return rows;
}

} // namespace kmem::replay
