// Stage: extract. What one path through a function knows: value ranges of expressions, which of a phi's values it took,
// and which values were compared against an upper limit.
#pragma once

#include "checker/extract/expr_pool.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/ConstantRange.h"

namespace kmem::extract {

/// Oldest facts are forgotten beyond this many; forgetting is safe, it only merges paths.
inline constexpr unsigned maxFactsPerPath = 24;
/// Expressions looked at to simplify or bound one.
inline constexpr unsigned maxEvaluationSteps = 96;

class PathFacts {
public:
  explicit PathFacts(ExprPool &pool) : pool(&pool) {}

  /// Assumes `condition` is `value`; false when the path cannot be.
  bool assume(ExprId condition, bool value);
  /// Assumes `expr` lies in `range`.
  bool assumeRange(ExprId expr, const llvm::ConstantRange &range);
  /// Remembers that `merge` stands for `value` on this path.
  void setAlias(ExprId merge, ExprId value);
  /// Forgets all that depends on `leaf`: it has a new value.
  void forget(ExprId leaf);
  void forgetIf(llvm::function_ref<bool(const summary::Expr &)> changed);
  /// The same where the value is as likely the old one: what was held against a limit counts as checked still.
  void forgetValuesIf(llvm::function_ref<bool(const summary::Expr &)> changed);
  /// Forgets which constants were stored there, not which pointers and not what comparisons have shown.
  void forgetStoredConstants(llvm::function_ref<bool(const summary::Expr &)> changed);

  /// `expr` with what the path knows put in.
  ExprId simplify(ExprId expr) const;
  llvm::ConstantRange rangeOf(ExprId expr) const;
  /// 0, 1 or unknown (-1).
  int decide(ExprId condition) const;
  bool isChecked(ExprId expr, unsigned depth = 0) const;
  /// Values compared against an upper limit, sorted.
  llvm::SmallVector<ExprId, 8> checkedValues() const;
  /// Whether the path learnt anything about `expr`.
  bool mentions(ExprId expr) const;

  /// Keeps what both paths know.
  void mergeWith(const PathFacts &other);
  bool operator==(const PathFacts &other) const;

  struct Fact {
    ExprId expr;
    llvm::ConstantRange range;
    bool operator==(const Fact &) const = default;
  };
  llvm::ArrayRef<Fact> all() const { return facts; }

private:
  struct Alias {
    ExprId merge, value;
    bool operator==(const Alias &) const = default;
  };
  /// Compared against an upper limit. A signed comparison says nothing about negative values.
  struct Limited {
    ExprId expr;
    bool asSigned;
    auto operator<=>(const Limited &) const = default;
  };
  /// Expressions are DAGs: what is left of the steps an evaluation may take before it gives up with what it has.
  struct Budget {
    unsigned steps;
    bool spend() { return steps > 0 && steps--; }
  };
  ExprId simplifyWithin(ExprId expr, Budget &budget) const;
  llvm::ConstantRange rangeWithin(ExprId expr, Budget &budget) const;
  int decideWithin(ExprId condition, Budget &budget) const;
  const Fact *find(ExprId expr) const;
  ExprId aliasOf(ExprId expr) const;
  bool assumeNamed(ExprId condition, bool value);
  bool assumeCompare(const summary::Expr &compare, bool value);
  void learnLimit(const summary::Expr &compare, bool value);
  void markChecked(ExprId expr, bool asSigned, unsigned depth = 0);
  void mergeLimits(const PathFacts &other);
  bool isLimited(ExprId expr) const;
  void learnOperand(ExprId expr, const llvm::ConstantRange &range);

  ExprPool *pool;
  llvm::SmallVector<Fact, 4> facts;      ///< sorted by expr
  llvm::SmallVector<Alias, 4> aliases;   ///< sorted by merge
  llvm::SmallVector<Limited, 4> checked; ///< sorted
};

} // namespace kmem::extract
