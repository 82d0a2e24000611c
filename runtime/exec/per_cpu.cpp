#include "runtime/exec/per_cpu.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Operator.h"

namespace kmem::replay {

static constexpr llvm::StringLiteral offsets[] = {"this_cpu_off", "__per_cpu_offset"};

bool isPerCpuOffset(const llvm::GlobalVariable &variable) { return llvm::is_contained(offsets, variable.getName()); }

/// asm/percpu.h goes to the address space of %gs through a number.
static const llvm::Value &withoutNumbers(const llvm::Value &pointer) {
  const auto *cast = llvm::dyn_cast<llvm::Operator>(&pointer);
  const bool isNumber =
      cast && (cast->getOpcode() == llvm::Instruction::IntToPtr || cast->getOpcode() == llvm::Instruction::PtrToInt);
  return isNumber ? withoutNumbers(*cast->getOperand(0)) : pointer;
}

bool pointsToPerCpuOffset(const llvm::Value &pointer) {
  const llvm::Value *object = llvm::getUnderlyingObject(&withoutNumbers(pointer));
  const auto *variable = llvm::dyn_cast<llvm::GlobalVariable>(object);
  return variable && isPerCpuOffset(*variable);
}

} // namespace kmem::replay
