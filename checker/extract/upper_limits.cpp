// The part of PathFacts that knows which values were compared against an upper limit, whatever the limit.
#include "checker/extract/path_facts.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::extract {

using namespace summary;

static constexpr unsigned maxLimitDepth = 8;

/// Values remembered as checked on one path; more are taken for unchecked.
static constexpr size_t maxLimitedValues = 128;

static Predicate inverseOf(Predicate p) {
  static constexpr Predicate inverse[] = {Predicate::Ne,  Predicate::Eq,  Predicate::Uge, Predicate::Ugt,
                                          Predicate::Ule, Predicate::Ult, Predicate::Sge, Predicate::Sgt,
                                          Predicate::Sle, Predicate::Slt};
  return inverse[unsigned(p)];
}

static bool isSigned(Predicate p) { return p >= Predicate::Slt; }

static bool boundsLeft(Predicate p) {
  return p == Predicate::Ult || p == Predicate::Ule || p == Predicate::Slt || p == Predicate::Sle || p == Predicate::Eq;
}
static bool boundsRight(Predicate p) {
  return p == Predicate::Ugt || p == Predicate::Uge || p == Predicate::Sgt || p == Predicate::Sge || p == Predicate::Eq;
}

void PathFacts::learnLimit(const Expr &compare, bool value) {
  Predicate taken = value ? compare.predicate : inverseOf(compare.predicate);
  if (boundsLeft(taken) && !pool->isConstant(compare.b, 0))
    markChecked(compare.a, isSigned(taken));
  if (boundsRight(taken) && !pool->isConstant(compare.b))
    markChecked(compare.b, isSigned(taken));
}

/// A limit on a sum, a product or a converted value is one on what it is made of.
void PathFacts::markChecked(ExprId expr, bool asSigned, unsigned depth) {
  if (expr == unknownExpr || pool->isConstant(expr) || depth > maxLimitDepth || checked.size() >= maxLimitedValues)
    return;
  Limited limited{expr, asSigned};
  auto it = llvm::lower_bound(checked, limited);
  if (it == checked.end() || *it != limited)
    checked.insert(it, limited);
  if (ExprId alias = aliasOf(expr))
    markChecked(alias, asSigned, depth + 1);
  const Expr e = (*pool)[expr];
  switch (e.kind) {
  case ExprKind::Extend:
  case ExprKind::Opaque:
  case ExprKind::Sub:
  case ExprKind::Shl:
  case ExprKind::LShr:
  case ExprKind::UDiv:
    markChecked(e.a, asSigned, depth + 1);
    break;
  case ExprKind::Add:
  case ExprKind::Mul:
  case ExprKind::Or:
  case ExprKind::UMax:
    markChecked(e.a, asSigned, depth + 1);
    markChecked(e.b, asSigned, depth + 1);
    break;
  default:
    break;
  }
}

bool PathFacts::isLimited(ExprId id) const {
  if (llvm::binary_search(checked, Limited{id, false}))
    return true;
  return llvm::binary_search(checked, Limited{id, true}) && !rangeOf(id).getSignedMin().isNegative();
}

/// Where paths meet, one that checked is enough: which paths can go on with a value is often decided by another that
/// nobody remembers (a command that is switched on twice). What both took for a phi is checked when it was on each.
void PathFacts::mergeLimits(const PathFacts &other) {
  auto add = [&](Limited limited) {
    auto it = llvm::lower_bound(checked, limited);
    if (checked.size() < maxLimitedValues && (it == checked.end() || *it != limited))
      checked.insert(it, limited);
  };
  for (const Alias &alias : aliases)
    if (!pool->isConstant(alias.merge) && isChecked(alias.merge) && other.isChecked(alias.merge))
      add({alias.merge, false});
  // That a value is not negative may be forgotten below.
  for (ExprId value : checkedValues())
    add({value, false});
  for (ExprId value : other.checkedValues())
    add({value, false});
}

llvm::SmallVector<ExprId, 8> PathFacts::checkedValues() const {
  llvm::SmallVector<ExprId, 8> values;
  for (const Limited &limited : checked)
    if (isLimited(limited.expr) && !llvm::is_contained(values, limited.expr))
      values.push_back(limited.expr);
  return values;
}

/// `x < y ? x : y`, and the three other ways to write a minimum.
static bool isMinimum(const ExprPool &pool, const Expr &select) {
  const Expr &test = pool[select.a];
  if (test.kind != ExprKind::Compare || test.predicate == Predicate::Eq || test.predicate == Predicate::Ne)
    return false;
  return boundsLeft(test.predicate) ? test.a == select.b && test.b == select.c
                                    : test.a == select.c && test.b == select.b;
}

bool PathFacts::isChecked(ExprId id, unsigned depth) const {
  if (id == unknownExpr || depth > maxLimitDepth)
    return false;
  if (isLimited(id))
    return true;
  if (ExprId alias = aliasOf(id); alias && isChecked(alias, depth + 1))
    return true;
  auto checkedPart = [&](ExprId part) { return isChecked(part, depth + 1); };
  const Expr &e = (*pool)[id];
  switch (e.kind) {
  case ExprKind::Constant:
  case ExprKind::UMin:
  case ExprKind::URem:
    return true;
  case ExprKind::Truncate:
  case ExprKind::Extend:
  case ExprKind::Opaque:
  case ExprKind::UDiv:
  case ExprKind::LShr:
  case ExprKind::Sub:
    return checkedPart(e.a);
  case ExprKind::And: // a constant mask bounds as far as its range says
    return checkedPart(e.a) || (!pool->isConstant(e.b) && checkedPart(e.b));
  case ExprKind::Select: {
    if (isMinimum(*pool, e))
      return !isSigned((*pool)[e.a].predicate) || !rangeOf(id).getSignedMin().isNegative();
    return checkedPart(e.b) && checkedPart(e.c);
  }
  case ExprKind::Add:
  case ExprKind::Mul:
  case ExprKind::Shl:
  case ExprKind::Or:
  case ExprKind::UMax:
  case ExprKind::Merge:
    return checkedPart(e.a) && checkedPart(e.b);
  default:
    return false;
  }
}

} // namespace kmem::extract
