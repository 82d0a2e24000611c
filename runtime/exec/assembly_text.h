// The text of an inline assembly statement, read: what is for other sections of the object file is taken out (but what
// it says about the statement is kept), the rest is a list of instructions in AT&T order, each with its row of the
// instruction tables.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>

namespace kmem::replay {

struct AssemblyRow;

/// A register of the CPU and how much of it a name means.
struct RegisterName {
  static constexpr uint8_t none = 255;
  uint8_t number = none; ///< 0-15 in the order of their encoding: ax, cx, dx, bx, sp, bp, si, di, r8 ...
  uint8_t width = 64;
  bool isHighByte = false;
};
inline constexpr unsigned cpuRegisters = 16;
enum CpuRegister : uint8_t { AX, CX, DX, BX, SP, BP, SI, DI };

/// "eax", "r8d" without the percent sign; nothing for registers that hold no integer.
std::optional<RegisterName> registerNamed(llvm::StringRef name);

/// An operand of the statement, "$2" or "${2:b}".
struct BoundOperand {
  int number = -1; ///< of the constraint; -1 none
  char modifier = 0;
  bool isThere() const { return number >= 0; }
};

struct AssemblyOperand {
  enum class Kind : uint8_t { Bound, Register, Immediate, Memory, Symbol };
  Kind kind = Kind::Symbol;
  bool isPerCpu = false;   ///< %gs:
  bool isIndirect = false; ///< *, of jumps and calls
  BoundOperand bound;      ///< of Bound; of Memory, a displacement
  RegisterName reg;
  int64_t number = 0; ///< of Immediate; of Memory, the displacement
  RegisterName base, index;
  BoundOperand boundBase, boundIndex;
  unsigned scale = 1;
  std::string symbol; ///< a label, a special register or a function, with operands still in it
};

struct AssemblyInstruction {
  const AssemblyRow *row = nullptr;
  std::string mnemonic; ///< as written
  unsigned width = 0;   ///< by the suffix, bits; 0 without one
  std::string condition;
  bool repeats = false, repeatsWhileUnequal = false;
  llvm::SmallVector<AssemblyOperand, 2> operands;
};

struct AssemblyText {
  std::vector<AssemblyInstruction> instructions;
  llvm::StringMap<uint32_t> labels;
  std::string unknown; ///< the first instruction that no table has

  // What the other sections say.
  bool isStaticKey = false, isBug = false, mayFault = false;
  BoundOperand faultLabel;                   ///< where a faulting access leads
  std::optional<AssemblyOperand> faultError; ///< what gets -EFAULT then
  std::string runtimeConstant;               ///< the variable whose value the kernel patches in
  std::string feature;                       ///< of a test for a CPU feature: its number
  BoundOperand featureThere, featureAbsent;  ///< the labels
};

/// Of alternatives, the instructions of a CPU without features; but what replaces an indirect call (of a paravirtual
/// operation) is taken for it, as on bare metal.
AssemblyText readAssembly(llvm::StringRef text);

} // namespace kmem::replay
