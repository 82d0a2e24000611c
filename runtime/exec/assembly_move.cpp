// Moves: between registers, memory and numbers. A move alone in a statement, from or to memory that nothing else says
// more about, is how the kernel reads and writes the registers of devices.
#include "runtime/exec/assembly_table.h"

#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstrTypes.h"

namespace kmem::replay {

static bool isDevice(const AssemblyRun &run, const AssemblyOperand &operand) {
  const Binding *binding = run.bindingOf(operand);
  const bool isPlace = (binding && binding->mustBeMemory) ||
                       (operand.kind == AssemblyOperand::Kind::Memory && operand.boundBase.isThere());
  return isPlace && !operand.isPerCpu && !run.text.mayFault && run.text.instructions.size() == 1 &&
         llvm::cast<llvm::InlineAsm>(run.site.call->getCalledOperand())->hasSideEffects();
}

static std::string readOf(AssemblyRun &run, const AssemblyOperand &operand, unsigned width) {
  const llvm::StringRef name = width == 8 ? "readb" : width == 16 ? "readw" : width == 32 ? "readl" : "readq";
  return run.named(name, run.address(operand));
}

/// Of registers that are not for numbers: control, debug and segment registers.
static bool isSpecial(const AssemblyOperand &operand) {
  return operand.kind == AssemblyOperand::Kind::Symbol && llvm::StringRef(operand.symbol).starts_with("%");
}

static bool isShaped(AssemblyRun &run, const AssemblyInstruction &instruction, size_t operands) {
  if (instruction.operands.size() == operands)
    return true;
  run.giveUp();
  return false;
}

static void move(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (!isShaped(run, instruction, 2))
    return;
  const AssemblyOperand &from = instruction.operands[0], &to = instruction.operands[1];
  const unsigned width = run.widthOf(instruction);
  const bool isSaved = from.kind == AssemblyOperand::Kind::Register && run.bindingOf(to); // "mov %rbx, $0"
  if (isSpecial(to) || (isDevice(run, to) && !isSaved))
    return;
  if (isSpecial(from))
    return run.write(to, run.input("the register " + from.symbol.substr(1), width));
  run.write(to, isDevice(run, from) ? run.input(readOf(run, from, width), width) : run.read(from, width));
}

static void store(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (isShaped(run, instruction, 2))
    run.write(instruction.operands[1], run.read(instruction.operands[0], run.widthOf(instruction)));
}

template <unsigned From, unsigned To, bool Signed>
static void extend(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (!isShaped(run, instruction, 2))
    return;
  const AssemblyOperand &from = instruction.operands[0];
  const Value narrow = isDevice(run, from) ? run.input(readOf(run, from, From), From) : run.read(from, From);
  run.write(instruction.operands[1], run.math.extended(narrow, To, Signed));
}

static void exchange(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (!isShaped(run, instruction, 2))
    return;
  const unsigned width = run.widthOf(instruction);
  const Value first = run.read(instruction.operands[0], width), second = run.read(instruction.operands[1], width);
  run.write(instruction.operands[1], first);
  run.write(instruction.operands[0], second);
}

static void loadAddress(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (isShaped(run, instruction, 2) && run.isInMemory(instruction.operands[0]))
    run.write(instruction.operands[1], run.math.fitted(run.address(instruction.operands[0]), run.widthOf(instruction)));
  else
    run.giveUp();
}

static void push(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (isShaped(run, instruction, 1))
    run.stack.push_back(run.read(instruction.operands[0], maxWidth));
}

static void pop(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (!isShaped(run, instruction, 1) || run.stack.empty())
    return run.giveUp();
  run.write(instruction.operands[0], run.stack.pop_back_val());
}

static void moveIf(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (!isShaped(run, instruction, 2))
    return;
  const unsigned width = run.widthOf(instruction);
  const Value then = run.read(instruction.operands[0], width), otherwise = run.read(instruction.operands[1], width);
  run.write(instruction.operands[1], run.math.chosen(run.flags.holds(instruction.condition), then, otherwise));
}

static void setIf(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (isShaped(run, instruction, 1))
    run.write(instruction.operands[0], run.math.extended(run.flags.holds(instruction.condition), 8));
}

static void swapBytes(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (!isShaped(run, instruction, 1))
    return;
  const unsigned width = run.widthOf(instruction);
  const Value value = run.read(instruction.operands[0], width);
  Value swapped = run.math.part(value, 0, 8);
  for (unsigned low = 8; low < width; low += 8)
    swapped = run.math.joined(swapped, run.math.part(value, low, 8));
  run.write(instruction.operands[0], swapped);
}

llvm::ArrayRef<AssemblyRow> moveInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"mov", move},
      {"movabs", move},
      {"movnti", store},
      {"movzb", extend<8, 32, false>},
      {"movzbw", extend<8, 16, false>},
      {"movzbl", extend<8, 32, false>},
      {"movzbq", extend<8, 64, false>},
      {"movzwl", extend<16, 32, false>},
      {"movzwq", extend<16, 64, false>},
      {"movsbw", extend<8, 16, true>},
      {"movsbl", extend<8, 32, true>},
      {"movsbq", extend<8, 64, true>},
      {"movswl", extend<16, 32, true>},
      {"movswq", extend<16, 64, true>},
      {"movslq", extend<32, 64, true>},
      {"xchg", exchange},
      {"lea", loadAddress},
      {"push", push},
      {"pop", pop},
      {"cmov?", moveIf},
      {"set?", setIf},
      {"bswap", swapBytes},
  };
  return rows;
}

} // namespace kmem::replay
