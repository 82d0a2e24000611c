// What reads or changes hardware that is not simulated: reading gives an input, writing does nothing.
#include "runtime/exec/assembly_table.h"

namespace kmem::replay {

/// "in port, ax"
static void readPort(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 2)
    return run.giveUp();
  const unsigned width = run.widthOf(instruction);
  const Value port = run.read(instruction.operands[0], 16);
  const llvm::StringRef name = width == 8 ? "inb" : width == 16 ? "inw" : "inl";
  const std::string number = port.isKnown() ? std::to_string(port.bits()) : "";
  run.write(instruction.operands[1], run.input((name + "(" + number + ")").str(), width));
}

/// An instruction that fills registers with what only the hardware knows.
template <CpuRegister... registers> static void readHardware(AssemblyRun &run, const AssemblyInstruction &instruction) {
  (run.setCpu(registers, run.input(instruction.mnemonic, 32)), ...);
}

static void identify(AssemblyRun &run, const AssemblyInstruction &) {
  const Value leaf = run.cpu(AX, 32);
  const std::string name = "cpuid(" + (leaf.isKnown() ? std::to_string(leaf.bits()) : "") + ")";
  static constexpr std::pair<CpuRegister, llvm::StringLiteral> parts[] = {
      {AX, ".eax"}, {BX, ".ebx"}, {CX, ".ecx"}, {DX, ".edx"}};
  for (const auto &[reg, part] : parts)
    run.setCpu(reg, run.input(name + part.str(), 32));
}

/// Into its last operand.
static void readOne(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.empty())
    return run.giveUp();
  run.write(instruction.operands.back(), run.input(instruction.mnemonic, run.widthOf(instruction)));
}

/// Random numbers, permissions: the carry or zero flag says whether there was one.
static void readWithFlag(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.empty())
    return run.giveUp();
  readOne(run, instruction);
  const Value there = run.input(instruction.mnemonic + " succeeds", 1);
  run.flags.setCarry(there);
  run.flags.setZero(there);
}

/// A call of the hypervisor.
static void callHost(AssemblyRun &run, const AssemblyInstruction &instruction) {
  run.setCpu(AX, run.input(instruction.mnemonic, maxWidth));
}

llvm::ArrayRef<AssemblyRow> deviceInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"in", readPort},
      {"cpuid", identify},
      {"rdtsc", readHardware<AX, DX>},
      {"rdtscp", readHardware<AX, DX, CX>},
      {"rdpmc", readHardware<AX, DX>},
      {"rdmsr", readHardware<AX, DX>},
      {"xgetbv", readHardware<AX, DX>},
      {"rdpkru", readHardware<AX, DX>},
      {"rdrand", readWithFlag},
      {"rdseed", readWithFlag},
      {"lsl", readWithFlag},
      {"lar", readWithFlag},
      {"verr", readWithFlag},
      {"rdpid", readOne},
      {"sldt", readOne},
      {"str", readOne},
      {"smsw", readOne},
      {"rdsspq", readOne},
      {"rdfsbase", readOne},
      {"rdgsbase", readOne},
      {"vmcall", callHost},
      {"vmmcall", callHost},
      {"tdcall", callHost},
  };
  return rows;
}

} // namespace kmem::replay
