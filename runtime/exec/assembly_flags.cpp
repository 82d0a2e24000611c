// The flags register: interrupts, and the arithmetic flags as a word.
#include "runtime/exec/assembly_table.h"

namespace kmem::replay {

// asm/processor-flags.h
static constexpr unsigned carryBit = 0, fixedBit = 1, zeroBit = 6, signBit = 7, interruptBit = 9, overflowBit = 11;

static void pushFlags(AssemblyRun &run, const AssemblyInstruction &) {
  auto at = [&](const Value &flag, unsigned bit) {
    return run.math.binary(Op::Shl, run.math.extended(flag, maxWidth), Value::known(bit, maxWidth));
  };
  Value word =
      Value::known(uint64_t(1) << fixedBit | uint64_t(run.world.context.interruptsEnabled()) << interruptBit, maxWidth);
  word = run.math.binary(Op::Or, word, at(run.flags.carry(), carryBit));
  word = run.math.binary(Op::Or, word, at(run.flags.zero(), zeroBit));
  word = run.math.binary(Op::Or, word, at(run.flags.sign(), signBit));
  run.stack.push_back(run.math.binary(Op::Or, word, at(run.flags.overflow(), overflowBit)));
}

static void popFlags(AssemblyRun &run, const AssemblyInstruction &) {
  if (run.stack.empty())
    return run.giveUp();
  const Value word = run.stack.pop_back_val();
  auto bit = [&](unsigned number) { return run.math.part(word, number, 1); };
  run.flags.setCarry(bit(carryBit));
  run.flags.setZero(bit(zeroBit));
  run.flags.setSign(bit(signBit));
  run.flags.setOverflow(bit(overflowBit));
  if (const std::optional<bool> enabled = run.decide(bit(interruptBit)))
    run.world.context.enableInterrupts(*enabled);
}

template <bool Enabled> static void interrupts(AssemblyRun &run, const AssemblyInstruction &) {
  run.world.context.enableInterrupts(Enabled);
}

template <bool Set> static void carry(AssemblyRun &run, const AssemblyInstruction &) {
  run.flags.setCarry(Value::known(Set, 1));
}

static void nothing(AssemblyRun &, const AssemblyInstruction &) {}

llvm::ArrayRef<AssemblyRow> flagInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"pushf", pushFlags},  {"popf", popFlags},   {"cli", interrupts<false>}, {"sti", interrupts<true>},
      {"clc", carry<false>}, {"stc", carry<true>}, {"cld", nothing}, // every string instruction goes upwards here
      {"clac", nothing},     {"stac", nothing},
  };
  return rows;
}

} // namespace kmem::replay
