#include "checker/extract/stores.h"

#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"

namespace kmem::extract {

using namespace summary;

/// The place an address stands for; false when nobody could find it again.
static bool placeOf(const ExprPool &pool, ExprId id, Store &store) {
  const Expr &at = pool[id];
  switch (at.kind) {
  case ExprKind::FieldAddress:
    store.place = PlaceKind::Field;
    store.name = at.name;
    store.base = at.a;
    return true;
  case ExprKind::GlobalAddress:
    store.place = PlaceKind::Global;
    store.name = at.name;
    return true;
  case ExprKind::SlotAddress:
    store.place = PlaceKind::Slot;
    store.index = uint32_t(at.value);
    return true;
  case ExprKind::Parameter:
    store.place = PlaceKind::ParameterPointee;
    store.index = uint32_t(at.value);
    return true;
  case ExprKind::PointerStep:
    return at.a != unknownExpr && placeOf(pool, at.a, store);
  default:
    return false;
  }
}

/// Pointers, and what a call returned as a number of the size of an address: pages often come as one.
static bool mayHoldAddress(const llvm::Type &type, const Expr &value) {
  return type.isPointerTy() || (type.isIntegerTy(64) && value.kind == ExprKind::CallResult);
}

void recordStores(const llvm::Function &ir, FunctionSummary &function, ExprPool &pool, ModuleIndex &index,
                  Values &values) {
  for (const llvm::BasicBlock &block : ir)
    for (const llvm::Instruction &instruction : block) {
      auto *write = llvm::dyn_cast<llvm::StoreInst>(&instruction);
      if (!write)
        continue;
      Store store;
      store.value = values.of(*write->getValueOperand());
      if (pool.isConstant(store.value) || !mayHoldAddress(*write->getValueOperand()->getType(), pool[store.value]) ||
          !placeOf(pool, values.of(*write->getPointerOperand()), store))
        continue;
      ModuleLocation place = index.placeOf(*write);
      store.where = {pool.name(place.file), place.line, place.column};
      function.stores.push_back(store);
    }
}

} // namespace kmem::extract
