#include "runtime/search/parameters.h"

#include "llvm/IR/DebugProgramInstruction.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

namespace kmem::replay {

/// The variable in the source that is parameter `number`, from 1, as any description in the function names it.
static const llvm::DILocalVariable *variableOf(const llvm::Function &function, unsigned number) {
  const llvm::DISubprogram *of = function.getSubprogram();
  auto fits = [&](const llvm::DILocalVariable *v) { return v->getArg() == number && v->getScope() == of; };
  for (const llvm::Instruction &instruction : llvm::instructions(function)) {
    for (const llvm::DbgVariableRecord &record : llvm::filterDbgVars(instruction.getDbgRecordRange()))
      if (fits(record.getVariable()))
        return record.getVariable();
    if (auto *intrinsic = llvm::dyn_cast<llvm::DbgVariableIntrinsic>(&instruction))
      if (fits(intrinsic->getVariable()))
        return intrinsic->getVariable();
  }
  return nullptr;
}

/// Types of the source's parameters; nothing when they are not the IR's one by one (structures passed in pieces).
static const llvm::DIType *declaredType(const llvm::Argument &argument) {
  const llvm::Function &function = *argument.getParent();
  const llvm::DISubprogram *subprogram = function.getSubprogram();
  if (!subprogram)
    return nullptr;
  const llvm::DITypeRefArray types = subprogram->getType()->getTypeArray(); // the first is the result's
  return types.size() == function.arg_size() + 1 ? types[argument.getArgNo() + 1] : nullptr;
}

Parameter describeParameter(const llvm::Argument &argument) {
  Parameter parameter{"arg" + std::to_string(argument.getArgNo()), declaredType(argument)};
  if (!parameter.type)
    return parameter;
  if (const llvm::DILocalVariable *variable = variableOf(*argument.getParent(), argument.getArgNo() + 1))
    parameter.name = variable->getName().str();
  return parameter;
}

} // namespace kmem::replay
