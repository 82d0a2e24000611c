// One inline assembly statement while it runs: its registers, flags and operands. What the instruction tables work on.
// Once the run is over (a fault that the statement catches, a refusal), writes have no effect any more.
#pragma once

#include "runtime/exec/arithmetic.h"
#include "runtime/exec/assembly.h"
#include "runtime/exec/assembly_binding.h"
#include "runtime/exec/cpu_flags.h"

namespace kmem::replay {

class AssemblyRun {
public:
  struct World {
    RunMemory &memory;
    TermPool &pool;
    const Image &image;
    AssemblyContext &context;
    Chooser &chooser;
  };

  AssemblyRun(const AssemblyText &text, const CallSite &site, std::vector<Binding> bindings, World world);
  void run();
  Values results() const;
  const std::string &refusal() const { return refused; }
  /// An instruction met operands that it cannot work on.
  bool isUnknown() const { return unknown; }

  // Operands. Of an unsuffixed instruction, widthOf says how wide the first register among its operands is.
  unsigned widthOf(const AssemblyInstruction &instruction) const;
  Value read(const AssemblyOperand &operand, unsigned width);
  void write(const AssemblyOperand &operand, const Value &value);
  /// Of a Memory operand, or a Bound one in memory.
  Value address(const AssemblyOperand &operand);
  bool isInMemory(const AssemblyOperand &operand) const;
  /// Null when the operand is not of the statement's.
  const Binding *bindingOf(const BoundOperand &bound) const;
  const Binding *bindingOf(const AssemblyOperand &operand) const {
    return operand.kind == AssemblyOperand::Kind::Bound ? bindingOf(operand.bound) : nullptr;
  }
  llvm::ArrayRef<Binding> operands() const { return bindings; }

  Value cpu(CpuRegister reg, unsigned width) const { return math.part(registers[reg], 0, width); }
  void setCpu(CpuRegister reg, const Value &value) { setRegister({reg, uint8_t(value.width())}, value); }

  // Memory, at addresses that may be symbolic. An access that may fault goes to user memory when its address is not
  // one of the kernel's: then it gives an input, or faults.
  Value load(const Value &address, unsigned width);
  void store(const Value &address, const Value &value);
  bool isUserAccess(const Value &address) const;
  /// Asks once in a statement whether its user accesses fault; if so the statement is over.
  bool userAccessFaults();
  bool userAccessWasChosenToFault() const { return userFault.value_or(false); }

  // Decisions.
  std::optional<uint64_t> pick(const Value &value, PickFor purpose);
  std::optional<bool> decide(const Value &condition);
  Value input(std::string name, unsigned width);
  /// "readl(dev->regs)": `what` with the name of an address, if it has one.
  std::string named(llvm::StringRef what, const Value &address) const;

  // The way the statement goes.
  void jump(const AssemblyOperand &label);
  void leave(const BoundOperand &label); ///< by a label of an asm goto
  void finish() { over = true; }
  void refuse(std::string why);
  void giveUp() { unknown = over = true; }

  const AssemblyText &text;
  const CallSite &site;
  World world;
  const Arithmetic math;
  CpuFlags flags{math};
  llvm::SmallVector<Value, 4> stack; ///< what the statement has pushed

private:
  Value readRegister(RegisterName reg) const;
  void setRegister(RegisterName reg, const Value &value);
  std::optional<RegisterName> registerOf(const AssemblyOperand &operand) const;
  Value addressPart(const RegisterName &reg, const BoundOperand &bound);
  bool isOnStack(const AssemblyOperand &operand) const;

  std::vector<Binding> bindings;
  std::vector<Value> registers; ///< the CPU's, then those that the compiler chooses
  uint32_t at = 0;
  uint32_t way = 0;
  bool over = false, unknown = false;
  std::optional<bool> userFault;
  std::string refused;
};

} // namespace kmem::replay
