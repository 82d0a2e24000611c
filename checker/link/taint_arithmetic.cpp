// The part of Taint that follows values through computations: the largest value that an outsider's operand allows.
#include "checker/link/taint_frame.h"

namespace kmem::link {

using namespace summary;

/// Byte swaps and the like spread a value's bits over the whole width.
static uint64_t spread(uint64_t high, unsigned from, unsigned to) { return high >= maxOf(from) ? maxOf(to) : high; }

static uint64_t shiftedLeft(uint64_t value, uint64_t amount) {
  if (value == 0 || amount < uint64_t(llvm::countl_zero(value)))
    return value << amount;
  return ~uint64_t(0);
}

Flow Taint::arithmetic(Frame &frame, const Expr &e) {
  const Function &f = program.function(frame.function);
  Flow a = follow(frame, e.a), b = e.b ? follow(frame, e.b) : untainted(0, 0);
  Flow flow = untainted();
  flow.origin = a.origin ? a.origin : b.origin;
  // Where nobody outside chooses an operand, the least it can be is what it surely adds.
  uint64_t x = a.origin ? a.high : a.low, y = b.origin ? b.high : b.low;
  unsigned from = f.summary.exprs[e.a].width;
  switch (e.kind) {
  case ExprKind::Truncate:
    flow.high = std::min(x, maxOf(e.width));
    return flow;
  case ExprKind::Extend:
    flow.high = e.value && x > maxOf(from) / 2 ? maxOf(e.width) : x;
    flow.low = e.value ? 0 : a.low;
    return flow;
  case ExprKind::Opaque:
    flow.high = spread(x, from, e.width);
    return flow;
  case ExprKind::Add:
  case ExprKind::Or:
  case ExprKind::Xor:
    flow.high = llvm::SaturatingAdd(x, y);
    flow.low = e.kind == ExprKind::Add ? llvm::SaturatingAdd(a.low, b.low) : 0;
    return flow;
  case ExprKind::Mul:
    flow.high = llvm::SaturatingMultiply(x, std::max<uint64_t>(y, 1));
    flow.low = llvm::SaturatingMultiply(a.low, b.low);
    return flow;
  case ExprKind::Shl:
    flow.high = shiftedLeft(std::max<uint64_t>(x, 1), y);
    return flow;
  case ExprKind::Merge:
    flow = worse(b, a) ? b : a;
    flow.low = std::min(a.low, b.low);
    return flow;
  case ExprKind::UMax:
    flow.high = std::max(x, y);
    return flow;
  case ExprKind::And:
    flow.high = std::min(a.high, b.high);
    return flow;
  case ExprKind::UMin: // only as large as both allow; an inside limit is one, known or not
    return a.origin && b.origin ? (a.high < b.high ? a : b) : untainted(0, std::min(a.high, b.high));
  case ExprKind::Sub:
    return a.origin ? Flow{a.origin, 0, a.high - std::min(a.high, y)} : untainted();
  case ExprKind::UDiv:
    return a.origin && b.low ? Flow{a.origin, 0, a.high / b.low} : untainted();
  case ExprKind::LShr:
    return a.origin && b.low && b.low < 64 ? Flow{a.origin, 0, a.high >> b.low} : untainted();
  default:
    return untainted();
  }
}

/// Whether `value` is below something when `test` is `outcome`.
static bool boundedBy(const Function &f, ExprId test, ExprId value, bool outcome, unsigned depth = 0) {
  const Expr &e = f.summary.exprs[test];
  if (test == unknownExpr || depth > maxTaintDepth)
    return false;
  auto either = [&](ExprId a, ExprId b) {
    return boundedBy(f, a, value, outcome, depth + 1) || boundedBy(f, b, value, outcome, depth + 1);
  };
  bool less = e.predicate == Predicate::Ult || e.predicate == Predicate::Ule || e.predicate == Predicate::Slt ||
              e.predicate == Predicate::Sle;
  switch (e.kind) {
  case ExprKind::Compare:
    return e.predicate != Predicate::Eq && e.predicate != Predicate::Ne && value == (less == outcome ? e.a : e.b);
  case ExprKind::And:
    return outcome && either(e.a, e.b);
  case ExprKind::Or:
    return !outcome && either(e.a, e.b);
  case ExprKind::Xor: // !condition
    return e.width == 1 && boundedBy(f, e.a, value, !outcome, depth + 1);
  case ExprKind::Select: // a && b, a || b
    return either(e.a, outcome ? e.b : e.c);
  default:
    return false;
  }
}

Flow Taint::select(Frame &frame, const Expr &e) {
  const Function &f = program.function(frame.function);
  Flow first = boundedBy(f, e.a, e.b, true) ? untainted() : follow(frame, e.b);
  Flow second = boundedBy(f, e.a, e.c, false) ? untainted() : follow(frame, e.c);
  uint64_t low = std::min(first.low, second.low);
  Flow flow = worse(second, first) ? second : first;
  if (!flow.origin)
    flow.high = std::max(first.high, second.high);
  flow.low = low;
  return flow;
}

} // namespace kmem::link
