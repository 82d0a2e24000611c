#include "checker/extract/path_facts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/InstrTypes.h"

namespace kmem::extract {

using llvm::APInt;
using llvm::ConstantRange;
using namespace summary;

static constexpr unsigned maxEvaluationDepth = 8;

static llvm::CmpInst::Predicate llvmPredicate(Predicate p) {
  using C = llvm::CmpInst;
  static constexpr C::Predicate table[] = {C::ICMP_EQ,  C::ICMP_NE,  C::ICMP_ULT, C::ICMP_ULE, C::ICMP_UGT,
                                           C::ICMP_UGE, C::ICMP_SLT, C::ICMP_SLE, C::ICMP_SGT, C::ICMP_SGE};
  return table[unsigned(p)];
}

const PathFacts::Fact *PathFacts::find(ExprId expr) const {
  auto it = llvm::lower_bound(facts, expr, [](const Fact &f, ExprId id) { return f.expr < id; });
  return it != facts.end() && it->expr == expr ? &*it : nullptr;
}

ExprId PathFacts::aliasOf(ExprId expr) const {
  auto it = llvm::lower_bound(aliases, expr, [](const Alias &a, ExprId id) { return a.merge < id; });
  return it != aliases.end() && it->merge == expr ? it->value : unknownExpr;
}

void PathFacts::setAlias(ExprId merge, ExprId value) {
  if (pool->isConstant(merge) || merge == unknownExpr || value == unknownExpr || merge == value ||
      pool->mentions(value, merge))
    return;
  auto it = llvm::lower_bound(aliases, merge, [](const Alias &a, ExprId id) { return a.merge < id; });
  if (it != aliases.end() && it->merge == merge)
    it->value = value;
  else if (aliases.size() < maxFactsPerPath)
    aliases.insert(it, {merge, value});
}

static ConstantRange fullRange(unsigned width) { return ConstantRange::getFull(width); }

ConstantRange PathFacts::rangeOf(ExprId id) const {
  Budget budget{maxEvaluationSteps};
  return rangeWithin(id, budget);
}

ExprId PathFacts::simplify(ExprId id) const {
  Budget budget{maxEvaluationSteps};
  return simplifyWithin(id, budget);
}

int PathFacts::decide(ExprId id) const {
  Budget budget{maxEvaluationSteps};
  return decideWithin(id, budget);
}

ConstantRange PathFacts::rangeWithin(ExprId id, Budget &budget) const {
  const Expr &e = (*pool)[id];
  unsigned width = e.width ? e.width : 64;
  if (e.kind == ExprKind::Constant)
    return ConstantRange(APInt(width, uint64_t(e.value)));
  ConstantRange known = fullRange(width);
  if (const Fact *fact = find(id))
    known = fact->range;
  if (!budget.spend())
    return known;
  if (ExprId alias = aliasOf(id); alias && (*pool)[alias].width == width)
    known = known.intersectWith(rangeWithin(alias, budget));
  auto operand = [&](ExprId a) { return rangeWithin(a, budget); };
  auto same = [&](ExprId a) { return a != unknownExpr && (*pool)[a].width == width; };
  switch (e.kind) {
  case ExprKind::Truncate:
    return (*pool)[e.a].width > width ? known.intersectWith(operand(e.a).truncate(width)) : known;
  case ExprKind::Extend:
    if ((*pool)[e.a].width >= width)
      return known;
    return known.intersectWith(e.value ? operand(e.a).signExtend(width) : operand(e.a).zeroExtend(width));
  case ExprKind::Select:
  case ExprKind::Merge: {
    ExprId a = e.kind == ExprKind::Select ? e.b : e.a, b = e.kind == ExprKind::Select ? e.c : e.b;
    return same(a) && same(b) ? known.intersectWith(operand(a).unionWith(operand(b))) : known;
  }
  default:
    break;
  }
  if (!same(e.a) || !same(e.b))
    return known;
  switch (e.kind) {
  case ExprKind::And:
    return known.intersectWith(operand(e.a).binaryAnd(operand(e.b)));
  case ExprKind::Or:
    return known.intersectWith(operand(e.a).binaryOr(operand(e.b)));
  case ExprKind::Add:
    return known.intersectWith(operand(e.a).add(operand(e.b)));
  case ExprKind::Sub:
    return known.intersectWith(operand(e.a).sub(operand(e.b)));
  case ExprKind::Mul:
    return known.intersectWith(operand(e.a).multiply(operand(e.b)));
  case ExprKind::Shl:
    return known.intersectWith(operand(e.a).shl(operand(e.b)));
  case ExprKind::LShr:
    return known.intersectWith(operand(e.a).lshr(operand(e.b)));
  case ExprKind::UDiv:
    return known.intersectWith(operand(e.a).udiv(operand(e.b)));
  case ExprKind::URem:
    return known.intersectWith(operand(e.a).urem(operand(e.b)));
  case ExprKind::UMin:
    return known.intersectWith(operand(e.a).umin(operand(e.b)));
  case ExprKind::UMax:
    return known.intersectWith(operand(e.a).umax(operand(e.b)));
  default:
    return known;
  }
}

int PathFacts::decideWithin(ExprId id, Budget &budget) const {
  if (id == unknownExpr)
    return -1;
  ExprId simple = simplifyWithin(id, budget);
  const Expr &e = (*pool)[simple];
  if (e.kind == ExprKind::Constant)
    return e.value != 0;
  ConstantRange range = rangeWithin(simple, budget);
  if (const APInt *single = range.getSingleElement())
    return !single->isZero();
  if (e.kind == ExprKind::Compare && (*pool)[e.a].width == (*pool)[e.b].width) {
    ConstantRange a = rangeWithin(e.a, budget), b = rangeWithin(e.b, budget);
    llvm::CmpInst::Predicate predicate = llvmPredicate(e.predicate);
    if (a.icmp(predicate, b))
      return 1;
    if (a.icmp(llvm::CmpInst::getInversePredicate(predicate), b))
      return 0;
  }
  return -1;
}

ExprId PathFacts::simplifyWithin(ExprId id, Budget &budget) const {
  const Expr e = (*pool)[id];
  if (id == unknownExpr || e.kind == ExprKind::Constant || !budget.spend())
    return id;
  if (const Fact *fact = find(id))
    if (const APInt *single = fact->range.getSingleElement())
      return pool->constant(int64_t(single->getZExtValue()), e.width);
  if (ExprId alias = aliasOf(id))
    return simplifyWithin(alias, budget);
  auto part = [&](ExprId a) { return simplifyWithin(a, budget); };
  if (isBinary(e.kind)) {
    ExprId a = part(e.a), b = part(e.b);
    return a == e.a && b == e.b ? id : pool->binary(e.kind, e.width, a, b);
  }
  switch (e.kind) {
  case ExprKind::Select: {
    int known = decideWithin(e.a, budget);
    if (known >= 0)
      return part(known ? e.b : e.c);
    return pool->select(e.width, e.a, part(e.b), part(e.c));
  }
  case ExprKind::Compare: {
    ExprId a = part(e.a), b = part(e.b);
    return a == e.a && b == e.b ? id : pool->compare(e.predicate, a, b);
  }
  case ExprKind::Truncate:
  case ExprKind::Extend: {
    ExprId a = part(e.a);
    return a == e.a ? id : pool->cast(a, e.width, e.value);
  }
  default:
    return id;
  }
}

bool PathFacts::assumeRange(ExprId expr, const ConstantRange &range) {
  if (expr == unknownExpr || (*pool)[expr].width != range.getBitWidth())
    return true;
  ConstantRange known = rangeOf(expr).intersectWith(range);
  if (known.isEmptySet())
    return false;
  if (pool->isConstant(expr) || known.isFullSet())
    return true;
  auto it = llvm::lower_bound(facts, expr, [](const Fact &f, ExprId id) { return f.expr < id; });
  if (it != facts.end() && it->expr == expr)
    it->range = known;
  else if (facts.size() < maxFactsPerPath)
    facts.insert(it, {expr, known});
  learnOperand(expr, known);
  return true;
}

/// A fact about a widened value is one about the value itself.
void PathFacts::learnOperand(ExprId expr, const ConstantRange &range) {
  const Expr e = (*pool)[expr];
  if (e.kind != ExprKind::Extend || !e.a)
    return;
  unsigned width = (*pool)[e.a].width;
  if (width < range.getBitWidth())
    assumeRange(e.a, range.truncate(width));
}

bool PathFacts::assumeCompare(const Expr &compare, bool value) {
  llvm::CmpInst::Predicate predicate = llvmPredicate(compare.predicate);
  if (!value)
    predicate = llvm::CmpInst::getInversePredicate(predicate);
  learnLimit(compare, value);
  if ((*pool)[compare.a].width != (*pool)[compare.b].width)
    return true;
  ConstantRange right = rangeOf(compare.b), left = rangeOf(compare.a);
  if (!assumeRange(compare.a, ConstantRange::makeAllowedICmpRegion(predicate, right)))
    return false;
  return pool->isConstant(compare.b) ||
         assumeRange(compare.b,
                     ConstantRange::makeAllowedICmpRegion(llvm::CmpInst::getSwappedPredicate(predicate), left));
}

bool PathFacts::assume(ExprId condition, bool value) {
  if (condition == unknownExpr)
    return true;
  int known = decide(condition);
  if (known >= 0)
    return known == int(value);
  // What a variable was last set to is known under that name, too.
  if (ExprId simple = simplify(condition); simple != condition && !assumeNamed(simple, value))
    return false;
  return assumeNamed(condition, value);
}

bool PathFacts::assumeNamed(ExprId condition, bool value) {
  const Expr e = (*pool)[condition];
  if (e.kind == ExprKind::Compare) {
    // Against a constant the operand's range says it all.
    bool implied = pool->isConstant(e.b) && (*pool)[e.a].width == (*pool)[e.b].width;
    return assumeCompare(e, value) && (implied || assumeRange(condition, ConstantRange(APInt(1, value))));
  }
  if (e.width == 1 && e.kind == ExprKind::Xor && pool->isConstant(e.b, 1))
    return assume(e.a, !value);
  if (e.width == 1 && e.kind == ExprKind::And && value)
    return assume(e.a, true) && assume(e.b, true);
  if (e.width == 1 && e.kind == ExprKind::Or && !value)
    return assume(e.a, false) && assume(e.b, false);
  if (e.kind == ExprKind::Select && e.width == 1) { // a && b, a || b
    if (value && pool->isConstant(e.c, 0))
      return assume(e.a, true) && assume(e.b, true);
    if (!value && pool->isConstant(e.b, 1))
      return assume(e.a, false) && assume(e.c, false);
  }
  ConstantRange zero(APInt(e.width, 0));
  return assumeRange(condition, value ? zero.inverse() : zero);
}

/// Whether `id` is computed from something that changed.
static bool touches(const ExprPool &pool, ExprId id, llvm::function_ref<bool(const Expr &)> changed,
                    unsigned depth = 0) {
  if (id == unknownExpr || depth > maxEvaluationDepth)
    return false;
  const Expr &e = pool[id];
  return changed(e) || touches(pool, e.a, changed, depth + 1) || touches(pool, e.b, changed, depth + 1) ||
         touches(pool, e.c, changed, depth + 1);
}

void PathFacts::forgetStoredConstants(llvm::function_ref<bool(const Expr &)> changed) {
  llvm::erase_if(aliases,
                 [&](const Alias &a) { return pool->isConstant(a.value) && touches(*pool, a.merge, changed); });
}

void PathFacts::forgetIf(llvm::function_ref<bool(const Expr &)> changed) {
  forgetValuesIf(changed);
  llvm::erase_if(checked, [&](const Limited &l) { return touches(*pool, l.expr, changed); });
}

void PathFacts::forgetValuesIf(llvm::function_ref<bool(const Expr &)> changed) {
  llvm::erase_if(aliases,
                 [&](const Alias &a) { return touches(*pool, a.merge, changed) || touches(*pool, a.value, changed); });
  llvm::erase_if(facts, [&](const Fact &f) { return touches(*pool, f.expr, changed); });
}

void PathFacts::forget(ExprId leaf) {
  llvm::erase_if(facts, [&](const Fact &f) { return pool->mentions(f.expr, leaf); });
  llvm::erase_if(aliases,
                 [&](const Alias &a) { return pool->mentions(a.merge, leaf) || pool->mentions(a.value, leaf); });
  llvm::erase_if(checked, [&](const Limited &l) { return pool->mentions(l.expr, leaf); });
}

bool PathFacts::mentions(ExprId expr) const {
  return llvm::any_of(facts, [&](const Fact &f) { return pool->mentions(f.expr, expr); });
}

void PathFacts::mergeWith(const PathFacts &other) {
  const PathFacts nothing(*pool);
  // A value that one path never constrained may be anything; one that both did lies in the union.
  llvm::SmallVector<Fact, 4> common;
  for (const Fact &fact : facts) {
    ConstantRange joined = fact.range.unionWith(other.rangeOf(fact.expr));
    if (!joined.contains(nothing.rangeOf(fact.expr)))
      common.push_back({fact.expr, joined});
  }
  for (const Fact &fact : other.facts) {
    if (find(fact.expr))
      continue;
    ConstantRange joined = fact.range.unionWith(rangeOf(fact.expr));
    if (!joined.contains(nothing.rangeOf(fact.expr)))
      common.push_back({fact.expr, joined});
  }
  // What a path took a phi for survives the meeting as a range.
  for (const Alias &alias : aliases) {
    if (find(alias.merge) || llvm::is_contained(other.aliases, alias))
      continue;
    ConstantRange joined = rangeOf(alias.merge).unionWith(other.rangeOf(alias.merge));
    if (!joined.contains(nothing.rangeOf(alias.merge)) &&
        !llvm::any_of(common, [&](const Fact &f) { return f.expr == alias.merge; }))
      common.push_back({alias.merge, joined});
  }
  mergeLimits(other);
  llvm::erase_if(aliases, [&](const Alias &alias) { return !llvm::is_contained(other.aliases, alias); });
  llvm::sort(common, [](const Fact &a, const Fact &b) { return a.expr < b.expr; });
  if (common.size() > maxFactsPerPath)
    common.truncate(maxFactsPerPath);
  facts = common;
}

bool PathFacts::operator==(const PathFacts &other) const {
  return facts == other.facts && aliases == other.aliases && checked == other.checked;
}

} // namespace kmem::extract
