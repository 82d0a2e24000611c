// Stage: link. What other functions hold against an upper limit: struct fields (what comes from a disk or a device is
// checked once, when it is read, and trusted wherever it is used) and the parameters of functions that say whether
// their arguments will do.
#pragma once

#include "checker/link/program.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace kmem::link {

class LimitChecks {
public:
  explicit LimitChecks(const Program &program);

  /// Whether a function other than `user` compares `field` with an upper limit.
  bool checkedOutside(FunctionId user, NameKey field) const;
  /// Whether a function that `caller` calls does.
  bool checkedByCallee(FunctionId caller, NameKey field) const;
  /// Whether a call in `caller` with `value` among its arguments refuses what is too large.
  bool refusedByCallee(FunctionId caller, summary::ExprId value) const;

private:
  void addComparison(FunctionId in, const Function &f, const summary::Expr &compare);
  void addCompared(FunctionId in, const Function &f, summary::ExprId value);

  const Program &program;
  llvm::DenseMap<NameKey, llvm::SmallVector<FunctionId, 1>> checkers; ///< sorted
  llvm::DenseSet<std::pair<FunctionId, uint32_t>> refusing; ///< parameters, of functions that can return an error
};

} // namespace kmem::link
