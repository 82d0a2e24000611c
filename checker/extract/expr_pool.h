// Stage: extract. The name and expression tables of one FunctionSummary while it is being built: hash-consing and the
// folding that makes equal values equal ids.
#pragma once

#include "checker/summary/summary.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <unordered_map>

namespace kmem::extract {

using summary::Expr;
using summary::ExprId;
using summary::ExprKind;
using summary::NameId;
using summary::Predicate;

class ExprPool {
public:
  explicit ExprPool(summary::FunctionSummary &function);

  NameId name(llvm::StringRef text);
  llvm::StringRef text(NameId id) const { return function.names[id]; }
  const Expr &operator[](ExprId id) const { return function.exprs[id]; }

  /// Hash-conses as given.
  ExprId intern(const Expr &expr);

  ExprId constant(int64_t value, unsigned width);
  ExprId leaf(ExprKind kind, int64_t value, unsigned width, NameId name = summary::noName,
              ExprId a = summary::unknownExpr);
  ExprId binary(ExprKind kind, unsigned width, ExprId a, ExprId b);
  ExprId compare(Predicate predicate, ExprId a, ExprId b);
  ExprId select(unsigned width, ExprId condition, ExprId ifTrue, ExprId ifFalse);
  /// Truncates or extends; a no-op when the width is already right.
  ExprId cast(ExprId a, unsigned width, bool isSigned);
  ExprId pointerAdd(ExprId base, int64_t bytes);

  bool isConstant(ExprId id) const { return (*this)[id].kind == ExprKind::Constant; }
  bool isConstant(ExprId id, int64_t value) const { return isConstant(id) && (*this)[id].value == value; }
  /// Whether `leaf` occurs in `id`.
  bool mentions(ExprId id, ExprId leaf) const;
  /// Whether a caller can decide it: only parameters, constants and context tests occur.
  bool decidableByCaller(ExprId id) const;

private:
  struct Hash {
    size_t operator()(const Expr &e) const;
  };
  summary::FunctionSummary &function;
  llvm::StringMap<NameId> nameIds;
  std::unordered_map<Expr, ExprId, Hash> ids;
};

/// `value` cut to `width` bits, zero-extended.
int64_t truncateTo(int64_t value, unsigned width);
/// Evaluates `a predicate b` at `width` bits.
bool evaluate(Predicate predicate, int64_t a, int64_t b, unsigned width);

} // namespace kmem::extract
