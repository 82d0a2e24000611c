// Stage: extract. Loads whose place is stored to while what they loaded is still in use: `old = p->x; p->x = 0; if
// (old)`. Two loads of a place are one value, but such a load keeps the value of before.
#pragma once

#include "checker/extract/expr_pool.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace llvm {
class LoadInst;
class StoreInst;
} // namespace llvm

namespace kmem::extract {

class Overwritten {
public:
  /// `store` writes to what the address `place` names, which a later load would see as `load`.
  void add(const llvm::StoreInst &store, ExprId place, ExprId load);

  /// Whether a store to `place` lies between the load and a use of what depends on it.
  bool outlives(const llvm::LoadInst &load, ExprId place) const;
  /// Whether the function stores to anything that `expr` loads.
  bool changes(const ExprPool &pool, ExprId expr) const;

private:
  llvm::DenseMap<ExprId, llvm::SmallVector<const llvm::StoreInst *, 2>> stores; ///< by place
  llvm::SmallVector<ExprId, 8> loads;                                           ///< of these places, each once
};

} // namespace kmem::extract
