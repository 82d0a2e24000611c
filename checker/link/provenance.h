// Stage: link. Where the memory a pointer stands for was allocated: through locals, out-parameters, returns,
// parameters, globals and struct fields of the whole program. Flow-insensitive across functions; a place that unknown
// code also writes is said to be unknown.
#pragma once

#include "checker/link/program.h"

#include <map>

namespace kmem::link {

struct AllocationOrigin {
  CallRef call; ///< the allocating call
  const rules::AllocRule *alloc = nullptr;
  int64_t offset = 0;        ///< bytes from the start of the allocation
  bool stepped = false;      ///< moved by a loop
  bool throughField = false; ///< found through a field or global
  /// The way from the allocation: what it was stored in, the calls that returned it. Two ways that end in the same
  /// store are one origin.
  llvm::SmallVector<StoreRef, 1> stores{};
  llvm::SmallVector<CallRef, 1> returns{};

  StoreRef lastStore() const { return stores.empty() ? StoreRef() : stores.back(); }
  bool operator==(const AllocationOrigin &other) const {
    return call == other.call && alloc == other.alloc && offset == other.offset && stepped == other.stepped &&
           throughField == other.throughField && lastStore() == other.lastStore();
  }
};

struct Origins {
  std::vector<AllocationOrigin> known;
  bool unknown = false; ///< something else may be there, too
};

class Provenance {
public:
  explicit Provenance(const Program &program) : program(program) {}

  /// Parameters are followed into callers when `intoCallers`.
  Origins of(FunctionId in, summary::ExprId pointer, bool intoCallers, unsigned depth = 0);

  /// What a local variable whose address is passed around may hold.
  Origins inSlot(FunctionId in, uint32_t slot) { return ofSlot(in, slot, false, 0); }

  /// What a struct field may hold, over all stores of the program.
  Origins inField(NameKey field) { return ofStores(program.storesToField(field), 0); }

private:
  Origins compute(FunctionId in, summary::ExprId pointer, bool intoCallers, unsigned depth);
  Origins ofCall(FunctionId in, uint32_t call, bool intoCallers, unsigned depth);
  Origins ofStores(llvm::ArrayRef<StoreRef> stores, unsigned depth);
  Origins ofSlot(FunctionId in, uint32_t slot, bool intoCallers, unsigned depth);
  Origins ofParameter(FunctionId in, uint32_t parameter, unsigned depth);
  /// An expression of a callee, its parameters standing for the call's arguments.
  Origins ofCallee(FunctionId caller, uint32_t call, FunctionId callee, summary::ExprId expr, bool intoCallers,
                   unsigned depth);

  const Program &program;
  std::map<std::tuple<FunctionId, summary::ExprId, bool>, Origins> memo;
};

} // namespace kmem::link
