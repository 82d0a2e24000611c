#include "runtime/scenario/operation_families.h"

namespace kmem::sim {

std::vector<OperationFamily> operationFamilies() {
  return {
      {"slab", slabOperations()},        {"pages", pageOperations()},
      {"vmalloc", vmallocOperations()},  {"pools", poolOperations()},
      {"dma", dmaOperations()},          {"memory", memoryOperations()},
      {"contexts", contextOperations()}, {"machine", machineOperations()},
      {"user memory", userOperations()}, {"user access", userAccessOperations()},
      {"malloc", mallocOperations()},
  };
}

const Operation *operationNamed(llvm::StringRef name) {
  for (const OperationFamily &family : operationFamilies())
    for (const Operation &operation : family.operations)
      if (operation.name == name)
        return &operation;
  return nullptr;
}

} // namespace kmem::sim
