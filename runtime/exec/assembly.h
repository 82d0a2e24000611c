// Inline assembly of the kernel for x86-64, run instruction by instruction on values: the text of a statement is read
// once, its instructions are looked up in tables (one file and one table for each family), and what they leave in the
// statement's outputs comes back. What assembly does to the CPU around it goes through AssemblyContext; what it leaves
// open (faults of user accesses, static keys, registers of devices) through the Chooser.
//
// Alternatives are those of a CPU without the feature, the text as assembled.
#pragma once

#include "runtime/exec/chooser.h"
#include "runtime/exec/interpreter.h"
#include "runtime/exec/machine.h"

#include "llvm/ADT/DenseMap.h"

namespace kmem::replay {

struct AssemblyText;

/// The CPU and the world around a statement.
class AssemblyContext {
public:
  virtual ~AssemblyContext() = default;

  virtual bool interruptsEnabled() const = 0;
  virtual void enableInterrupts(bool enabled) = 0;
  /// A warning of the kernel (WARN); the run goes on.
  virtual void warning(const CallSite &site) = 0;
  /// A BUG; the run ends.
  virtual void bug(const CallSite &site) = 0;
  /// What people call what lies at `address`, for the names of inputs: "dev->regs"; "" when nobody knows.
  virtual std::string nameOf(Address address) const = 0;
};

class Assembly {
public:
  Assembly(Machine &machine, AssemblyContext &context)
      : Assembly(machine.memory, machine.pool, machine.program.layout(), context) {}
  Assembly(RunMemory &memory, TermPool &pool, const Image &image, AssemblyContext &context);
  ~Assembly();

  /// What the statement leaves in its outputs; nothing when it holds an instruction that no table has (the caller
  /// forgets what it may have changed). Of an asm goto, one value more, of 32 bits: which way it leaves, 0 for the next
  /// instruction, n for its n-th label.
  std::optional<Values> run(const CallSite &site, llvm::ArrayRef<Value> arguments, Chooser &chooser);
  /// Why the run ends in the statement that run() was last asked for: a BUG, or the chooser would not go on. Empty
  /// otherwise; its values are worth nothing when it is not.
  const std::string &refusal() const { return refused; }

  /// The instruction of the statement that no table has; "" when it can be run.
  std::string unknownPart(const llvm::CallBase &call);

private:
  const AssemblyText &textOf(const llvm::CallBase &call);

  RunMemory &memory;
  TermPool &pool;
  const Image &image;
  AssemblyContext &context;
  std::string refused;
  llvm::DenseMap<const llvm::Value *, std::unique_ptr<AssemblyText>> texts;
};

} // namespace kmem::replay
