#include "checker/extract/expr_pool.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <optional>

namespace kmem::extract {

using namespace summary;

/// A condition with more parts than this is not put to callers: evaluating it costs more than it tells.
static constexpr size_t maxDecidableSize = 24;

int64_t truncateTo(int64_t value, unsigned width) {
  return width >= 64 ? value : int64_t(uint64_t(value) & llvm::maskTrailingOnes<uint64_t>(width));
}

bool evaluate(Predicate predicate, int64_t a, int64_t b, unsigned width) {
  uint64_t ua = truncateTo(a, width), ub = truncateTo(b, width);
  int64_t sa = width >= 64 ? a : llvm::SignExtend64(ua, width), sb = width >= 64 ? b : llvm::SignExtend64(ub, width);
  switch (predicate) {
  case Predicate::Eq:
    return ua == ub;
  case Predicate::Ne:
    return ua != ub;
  case Predicate::Ult:
    return ua < ub;
  case Predicate::Ule:
    return ua <= ub;
  case Predicate::Ugt:
    return ua > ub;
  case Predicate::Uge:
    return ua >= ub;
  case Predicate::Slt:
    return sa < sb;
  case Predicate::Sle:
    return sa <= sb;
  case Predicate::Sgt:
    return sa > sb;
  case Predicate::Sge:
    return sa >= sb;
  }
  return false;
}

size_t ExprPool::Hash::operator()(const Expr &e) const {
  return llvm::hash_combine(unsigned(e.kind), e.width, unsigned(e.predicate), e.name, e.value, e.a, e.b, e.c);
}

ExprPool::ExprPool(FunctionSummary &function) : function(function) {
  for (NameId i = 0; i < function.names.size(); ++i)
    nameIds[function.names[i]] = i;
  for (ExprId i = 0; i < function.exprs.size(); ++i)
    ids[function.exprs[i]] = i;
}

NameId ExprPool::name(llvm::StringRef text) {
  auto [it, inserted] = nameIds.try_emplace(text, NameId(function.names.size()));
  if (inserted)
    function.names.push_back(text.str());
  return it->second;
}

ExprId ExprPool::intern(const Expr &expr) {
  auto [it, inserted] = ids.try_emplace(expr, ExprId(function.exprs.size()));
  if (inserted)
    function.exprs.push_back(expr);
  return it->second;
}

ExprId ExprPool::constant(int64_t value, unsigned width) {
  Expr e;
  e.kind = ExprKind::Constant;
  e.width = uint8_t(width);
  e.value = truncateTo(value, width);
  return intern(e);
}

ExprId ExprPool::leaf(ExprKind kind, int64_t value, unsigned width, NameId name, ExprId a) {
  Expr e;
  e.kind = kind;
  e.width = uint8_t(width);
  e.value = value;
  e.name = name;
  e.a = a;
  return intern(e);
}

static std::optional<int64_t> fold(ExprKind kind, int64_t a, int64_t b, unsigned width) {
  uint64_t ua = uint64_t(a), ub = uint64_t(b);
  switch (kind) {
  case ExprKind::And:
    return a & b;
  case ExprKind::Or:
    return a | b;
  case ExprKind::Xor:
    return a ^ b;
  case ExprKind::Add:
    return int64_t(ua + ub);
  case ExprKind::Sub:
    return int64_t(ua - ub);
  case ExprKind::Mul:
    return int64_t(ua * ub);
  case ExprKind::Shl:
    return ub < width ? std::optional(int64_t(ua << ub)) : std::nullopt;
  case ExprKind::LShr:
    return ub < width ? std::optional(int64_t(ua >> ub)) : std::nullopt;
  case ExprKind::UDiv:
    return ub ? std::optional(int64_t(ua / ub)) : std::nullopt;
  case ExprKind::URem:
    return ub ? std::optional(int64_t(ua % ub)) : std::nullopt;
  case ExprKind::UMin:
    return int64_t(std::min(ua, ub));
  case ExprKind::UMax:
    return int64_t(std::max(ua, ub));
  default:
    return std::nullopt;
  }
}

static bool commutes(ExprKind kind) {
  switch (kind) {
  case ExprKind::And:
  case ExprKind::Or:
  case ExprKind::Xor:
  case ExprKind::Add:
  case ExprKind::Mul:
  case ExprKind::UMin:
  case ExprKind::UMax:
    return true;
  default:
    return false;
  }
}

ExprId ExprPool::binary(ExprKind kind, unsigned width, ExprId a, ExprId b) {
  if (isConstant(a) && isConstant(b))
    if (auto value = fold(kind, (*this)[a].value, (*this)[b].value, width))
      return constant(*value, width);
  if (commutes(kind) && isConstant(a))
    std::swap(a, b);
  bool neutral = isConstant(b, 0) && (kind == ExprKind::Or || kind == ExprKind::Xor || kind == ExprKind::Add ||
                                      kind == ExprKind::Sub || kind == ExprKind::Shl || kind == ExprKind::LShr);
  if (neutral || (isConstant(b, 1) && (kind == ExprKind::Mul || kind == ExprKind::UDiv)))
    return a;
  if (kind == ExprKind::And && isConstant(b, 0))
    return b;
  if (const Expr &left = (*this)[a]; kind == ExprKind::Xor && left.kind == kind && isConstant(b) && left.b == b)
    return left.a; // !!x
  Expr e;
  e.kind = kind;
  e.width = uint8_t(width);
  e.a = a;
  e.b = b;
  return intern(e);
}

static Predicate swapped(Predicate p) {
  switch (p) {
  case Predicate::Ult:
    return Predicate::Ugt;
  case Predicate::Ule:
    return Predicate::Uge;
  case Predicate::Ugt:
    return Predicate::Ult;
  case Predicate::Uge:
    return Predicate::Ule;
  case Predicate::Slt:
    return Predicate::Sgt;
  case Predicate::Sle:
    return Predicate::Sge;
  case Predicate::Sgt:
    return Predicate::Slt;
  case Predicate::Sge:
    return Predicate::Sle;
  default:
    return p;
  }
}

ExprId ExprPool::compare(Predicate predicate, ExprId a, ExprId b) {
  if (isConstant(a) && isConstant(b))
    return constant(evaluate(predicate, (*this)[a].value, (*this)[b].value, (*this)[a].width), 1);
  if (isConstant(a)) {
    std::swap(a, b);
    predicate = swapped(predicate);
  }
  // (bool)x != 0 is x: comparisons of comparisons come from C's int-valued conditions.
  const Expr &left = (*this)[a];
  bool wasBool = left.kind == ExprKind::Extend && (*this)[left.a].width == 1;
  if (isConstant(b, 0) && (wasBool || left.width == 1)) {
    ExprId inner = wasBool ? left.a : a;
    if (predicate == Predicate::Ne)
      return inner;
    if (predicate == Predicate::Eq)
      return binary(ExprKind::Xor, 1, inner, constant(1, 1));
  }
  Expr e;
  e.kind = ExprKind::Compare;
  e.width = 1;
  e.predicate = predicate;
  e.a = a;
  e.b = b;
  return intern(e);
}

ExprId ExprPool::select(unsigned width, ExprId condition, ExprId ifTrue, ExprId ifFalse) {
  if (ifTrue == ifFalse)
    return ifTrue;
  if (isConstant(condition))
    return (*this)[condition].value ? ifTrue : ifFalse;
  Expr e;
  e.kind = ExprKind::Select;
  e.width = uint8_t(width);
  e.a = condition;
  e.b = ifTrue;
  e.c = ifFalse;
  return intern(e);
}

ExprId ExprPool::cast(ExprId a, unsigned width, bool isSigned) {
  const Expr operand = (*this)[a];
  if (a == unknownExpr || operand.width == width)
    return a;
  bool widens = operand.width < width;
  if (operand.kind == ExprKind::Constant) {
    int64_t value = widens && isSigned ? llvm::SignExtend64(uint64_t(operand.value), operand.width) : operand.value;
    return constant(value, width);
  }
  if (operand.kind == ExprKind::Extend && !widens)
    return cast(operand.a, width, operand.value);
  if (operand.kind == ExprKind::Extend && operand.value == 0) // zero-extended already: the sign bit is clear
    return cast(operand.a, width, false);
  Expr e;
  e.kind = widens ? ExprKind::Extend : ExprKind::Truncate;
  e.width = uint8_t(width);
  e.value = widens && isSigned;
  e.a = a;
  return intern(e);
}

ExprId ExprPool::pointerAdd(ExprId base, int64_t bytes) {
  const Expr operand = (*this)[base];
  if (bytes == 0 || base == unknownExpr)
    return base;
  if (operand.kind == ExprKind::PointerAdd)
    return pointerAdd(operand.a, operand.value + bytes);
  if (operand.kind == ExprKind::FieldAddress)
    return pointerAdd(operand.a, operand.value + bytes); // container_of undoes the member's offset
  if (operand.kind == ExprKind::PointerStep)
    return base;
  return leaf(ExprKind::PointerAdd, bytes, 64, noName, base);
}

bool ExprPool::mentions(ExprId id, ExprId leaf) const {
  llvm::SmallDenseSet<ExprId, 16> seen;
  llvm::SmallVector<ExprId, 16> work{id};
  while (!work.empty()) {
    ExprId at = work.pop_back_val();
    if (at == leaf)
      return true;
    const Expr &e = (*this)[at];
    for (ExprId part : {e.a, e.b, e.c})
      if (part >= leaf && part != unknownExpr && seen.insert(part).second) // parts are made before the whole
        work.push_back(part);
  }
  return false;
}

static bool isDecidableLeaf(ExprKind kind) {
  return kind == ExprKind::Constant || kind == ExprKind::Parameter || kind == ExprKind::ContextTest;
}

static bool isArithmetic(ExprKind kind) {
  return isBinary(kind) || kind == ExprKind::Compare || kind == ExprKind::Truncate || kind == ExprKind::Extend ||
         kind == ExprKind::Select;
}

bool ExprPool::decidableByCaller(ExprId id) const {
  llvm::SmallDenseSet<ExprId, 16> seen;
  llvm::SmallVector<ExprId, 16> work{id};
  while (!work.empty()) {
    const Expr &e = (*this)[work.pop_back_val()];
    if (isDecidableLeaf(e.kind))
      continue;
    if (!isArithmetic(e.kind) || seen.size() > maxDecidableSize)
      return false;
    for (ExprId part : {e.a, e.b, e.c})
      if (part != unknownExpr && seen.insert(part).second)
        work.push_back(part);
  }
  return true;
}

} // namespace kmem::extract
