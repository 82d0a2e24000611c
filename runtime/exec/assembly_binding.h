// The operands of an inline assembly statement, by its constraints: which register, place in memory or number each of
// them is.
#pragma once

#include "runtime/exec/assembly_text.h"
#include "runtime/exec/code.h"

#include "llvm/ADT/ArrayRef.h"

namespace kmem::replay {

struct Binding {
  enum class Kind : uint8_t {
    Register,
    Memory,    ///< `value` is its address
    Immediate, ///< `value`
    Label,     ///< `number`: of the labels
    Condition, ///< an output: whether `condition` holds at the end
  };
  Kind kind = Kind::Register;
  uint8_t width = 64;        ///< bits of the operand
  bool isResult = false;     ///< comes back from the statement
  bool isInput = false;      ///< starts with `value`, of a Register
  bool mustBeMemory = false; ///< no other place would have done
  unsigned number = 0;       ///< of Register: below cpuRegisters the CPU's, above one that the compiler chooses
  std::string condition;
  Value value;
};

/// By the numbers that the text uses. Nothing when a constraint asks for what holds no integer.
std::optional<std::vector<Binding>> bindOperands(const CallSite &site, llvm::ArrayRef<Value> arguments);

} // namespace kmem::replay
