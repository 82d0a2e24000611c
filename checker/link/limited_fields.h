// Stage: link. Which struct fields some function holds against an upper limit. What comes from a disk or a device is
// checked once, when it is read, and trusted wherever it is used.
#pragma once

#include "checker/link/program.h"

#include "llvm/ADT/DenseMap.h"

namespace kmem::link {

class LimitedFields {
public:
  explicit LimitedFields(const Program &program);

  /// Whether a function other than `user` compares `field` with an upper limit.
  bool checkedOutside(FunctionId user, NameKey field) const;

private:
  void addComparison(FunctionId in, const Function &f, const summary::Expr &compare);
  void addFields(FunctionId in, const Function &f, summary::ExprId value);

  /// The first function that checks, and whether another one does.
  struct Checkers {
    FunctionId first = noFunction;
    bool others = false;
  };
  llvm::DenseMap<NameKey, Checkers> checkers;
};

} // namespace kmem::link
