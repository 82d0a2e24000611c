// Exchanges. One thread runs: whether they are locked makes no difference.
#include "runtime/exec/assembly_table.h"

namespace kmem::replay {

static void exchangeAndAdd(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value added = run.read(instruction.operands[0], width), old = run.read(instruction.operands[1], width);
  const Value sum = run.math.binary(Op::Add, old, added);
  run.flags.afterAddition(old, added, Value::known(0, 1), sum);
  run.write(instruction.operands[0], old);
  run.write(instruction.operands[1], sum);
}

/// If ax is what the destination holds, the source goes there; else ax gets it.
static void compareAndExchange(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const AssemblyOperand &to = instruction.operands[1];
  const Value old = run.read(to, width), expected = run.cpu(AX, width),
              wanted = run.read(instruction.operands[0], width);
  const Value same = run.math.equal(old, expected);
  run.flags.afterSubtraction(expected, old, Value::known(0, 1), run.math.binary(Op::Sub, expected, old));
  run.flags.setZero(same);
  run.write(to, run.math.chosen(same, wanted, old));
  run.setCpu(AX, run.math.chosen(same, expected, old));
}

/// Of twice `half` bits: dx:ax against memory, cx:bx to it. Only the zero flag changes.
template <unsigned half> static void compareAndExchangePair(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 1 || !run.isInMemory(instruction.operands[0]))
    return run.giveUp();
  const Value low = run.address(instruction.operands[0]);
  const Value high = run.math.binary(Op::Add, low, Value::known(half / 8, maxWidth));
  const Value oldLow = run.load(low, half), oldHigh = run.load(high, half);
  const Value same =
      run.math.binary(Op::And, run.math.equal(oldLow, run.cpu(AX, half)), run.math.equal(oldHigh, run.cpu(DX, half)));
  run.store(low, run.math.chosen(same, run.cpu(BX, half), oldLow));
  run.store(high, run.math.chosen(same, run.cpu(CX, half), oldHigh));
  // On success they already are what was read; a 32-bit write would clear upper halves, as on the CPU.
  run.setCpu(AX, oldLow);
  run.setCpu(DX, oldHigh);
  run.flags.setZero(same);
}

llvm::ArrayRef<AssemblyRow> atomicInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"xadd", exchangeAndAdd},
      {"cmpxchg", compareAndExchange},
      {"cmpxchg8b", compareAndExchangePair<32>},
      {"cmpxchg16b", compareAndExchangePair<64>},
  };
  return rows;
}

} // namespace kmem::replay
