// Stage: link. Which memory an outsider's data was copied into: the destinations of copies from user space and the
// like, also when the copy is made by a function that was handed the address.
#pragma once

#include "checker/link/program.h"

#include "llvm/ADT/DenseMap.h"

namespace kmem::link {

/// One copy: in its function, `call` fills the memory at `address`.
struct OutsideWrite {
  summary::ExprId address = summary::unknownExpr;
  uint32_t call = 0;
  std::string kind;
};

class WrittenMemory {
public:
  explicit WrittenMemory(const Program &program);

  /// The copy that fills the memory a load reads from, or null.
  const OutsideWrite *writeTo(FunctionId function, const summary::Expr &load) const;
  /// The copy that fills the object at `address`, or null.
  const OutsideWrite *writeTo(FunctionId function, summary::ExprId address) const;

private:
  void add(FunctionId function, uint32_t call, int argument, const std::string &kind);

  const Program &program;
  std::vector<std::vector<OutsideWrite>> writes;
  struct Filled {
    FunctionId function;
    uint32_t parameter;
    std::string kind;
  };
  std::vector<Filled> work; ///< parameters whose memory is filled, callers still to be told
};

/// The address an address is computed from within one object, or unknownExpr.
summary::ExprId objectAround(const Function &f, summary::ExprId address);

} // namespace kmem::link
