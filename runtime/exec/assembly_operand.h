// The parts of an assembly text: one operand, one instruction.
#pragma once

#include "runtime/exec/assembly_text.h"

namespace kmem::replay {

/// "$2", "${2:b}"; none when the text does not start with one.
BoundOperand boundOperand(llvm::StringRef text);
/// Of anything that is no operand known here, a Symbol.
AssemblyOperand readOperand(llvm::StringRef text);
/// Splits at commas outside of parentheses and braces.
llvm::SmallVector<llvm::StringRef, 4> splitOperands(llvm::StringRef text);
/// "4*4", "-8", "0x10+2"
std::optional<int64_t> numberIn(llvm::StringRef text);

/// Appends the instruction that `text` holds. A prefix on its own waits in `prefixes` for the next one. False when no
/// table has it.
bool readInstruction(llvm::StringRef text, AssemblyInstruction &prefixes, std::vector<AssemblyInstruction> &to);

} // namespace kmem::replay
