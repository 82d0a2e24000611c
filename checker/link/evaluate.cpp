#include "checker/link/evaluate.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/KnownBits.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::link {

using namespace summary;

static constexpr unsigned maxEvaluationDepth = 12, maxEvaluationSteps = 256;

/// The lowest bit of a mask: one nesting level.
static uint64_t oneLevel(uint64_t mask) { return mask & (~mask + 1); }

Evaluator::Evaluator(const Program &program) : program(program) {
  auto mask = [&](llvm::StringRef name) { return uint64_t(program.value(name).value_or(0)); };
  preemptMask = mask("PREEMPT_MASK");
  softirqMask = mask("SOFTIRQ_MASK");
  hardirqMask = mask("HARDIRQ_MASK");
  nmiMask = mask("NMI_MASK");
}

/// What has not been entered is taken to be absent: a path is reported for the context it shows, not for one it might
/// add.
Value Evaluator::contextTest(rules::ContextTest test, const Context &context) const {
  switch (test) {
  case rules::ContextTest::PreemptCount: {
    uint64_t count = 0;
    count |= context.preempt ? oneLevel(preemptMask) : 0;
    count |= context.servingSoftirq ? oneLevel(softirqMask) : context.softirq ? oneLevel(softirqMask) << 1 : 0;
    count |= context.hardirq ? oneLevel(hardirqMask) : 0;
    count |= context.nmi ? oneLevel(nmiMask) : 0;
    return Value::constant(count);
  }
  case rules::ContextTest::IrqsDisabled:
    return Value::constant(context.irqsOff);
  case rules::ContextTest::RcuDepth:
    return Value::constant(context.rcu);
  case rules::ContextTest::None:
    break;
  }
  return {};
}

static llvm::KnownBits toKnownBits(const Value &v, unsigned width) {
  llvm::KnownBits bits(width);
  bits.One = llvm::APInt(64, v.ones).trunc(width);
  bits.Zero = llvm::APInt(64, v.zeros).trunc(width);
  return bits;
}

static Value fromKnownBits(const llvm::KnownBits &bits) {
  uint64_t above = bits.getBitWidth() >= 64 ? 0 : ~llvm::maskTrailingOnes<uint64_t>(bits.getBitWidth());
  return {bits.One.getZExtValue(), bits.Zero.getZExtValue() | above, noFunction};
}

Value Evaluator::evaluateBinary(const Expr &e, const Value &a, const Value &b) const {
  llvm::KnownBits left = toKnownBits(a, e.width), right = toKnownBits(b, e.width);
  switch (e.kind) {
  case ExprKind::And:
    return fromKnownBits(left & right);
  case ExprKind::Or:
    return fromKnownBits(left | right);
  case ExprKind::Xor:
    return fromKnownBits(left ^ right);
  case ExprKind::Add:
    return fromKnownBits(llvm::KnownBits::computeForAddSub(true, false, false, left, right));
  case ExprKind::Sub:
    return fromKnownBits(llvm::KnownBits::computeForAddSub(false, false, false, left, right));
  case ExprKind::Mul:
    return fromKnownBits(llvm::KnownBits::mul(left, right));
  case ExprKind::Shl:
    return fromKnownBits(llvm::KnownBits::shl(left, right));
  case ExprKind::LShr:
    return fromKnownBits(llvm::KnownBits::lshr(left, right));
  case ExprKind::UDiv:
    return fromKnownBits(llvm::KnownBits::udiv(left, right));
  case ExprKind::URem:
    return fromKnownBits(llvm::KnownBits::urem(left, right));
  case ExprKind::UMin:
    return fromKnownBits(llvm::KnownBits::umin(left, right));
  case ExprKind::UMax:
    return fromKnownBits(llvm::KnownBits::umax(left, right));
  default:
    return {};
  }
}

static std::optional<bool> compare(const Expr &e, const Value &a, const Value &b, unsigned width) {
  if (a.function != noFunction && b.isConstant() && b.ones == 0) // an address is not NULL
    return e.predicate == Predicate::Ne   ? std::optional(true)
           : e.predicate == Predicate::Eq ? std::optional(false)
                                          : std::nullopt;
  llvm::KnownBits left = toKnownBits(a, width), right = toKnownBits(b, width);
  switch (e.predicate) {
  case Predicate::Eq:
    return llvm::KnownBits::eq(left, right);
  case Predicate::Ne:
    return llvm::KnownBits::ne(left, right);
  case Predicate::Ult:
    return llvm::KnownBits::ult(left, right);
  case Predicate::Ule:
    return llvm::KnownBits::ule(left, right);
  case Predicate::Ugt:
    return llvm::KnownBits::ugt(left, right);
  case Predicate::Uge:
    return llvm::KnownBits::uge(left, right);
  case Predicate::Slt:
    return llvm::KnownBits::slt(left, right);
  case Predicate::Sle:
    return llvm::KnownBits::sle(left, right);
  case Predicate::Sgt:
    return llvm::KnownBits::sgt(left, right);
  case Predicate::Sge:
    return llvm::KnownBits::sge(left, right);
  }
  return std::nullopt;
}

static Value either(const Value &a, const Value &b) {
  if (a == b)
    return a;
  return {a.ones & b.ones, a.zeros & b.zeros, noFunction};
}

Value Evaluator::evaluate(FunctionId in, ExprId id, const Binding &binding, const Context &context,
                          unsigned depth) const {
  // Expressions are DAGs: the steps are counted, not only the depth.
  steps = depth == 0 ? 0 : steps + 1;
  if (id == unknownExpr || depth > maxEvaluationDepth || steps > maxEvaluationSteps)
    return {};
  const Function &f = program.function(in);
  const Expr &e = f.summary.exprs[id];
  auto part = [&](ExprId a) { return evaluate(in, a, binding, context, depth + 1); };
  switch (e.kind) {
  case ExprKind::Constant:
    return Value::constant(uint64_t(e.value));
  case ExprKind::Parameter:
    for (const auto &[index, value] : binding)
      if (index == e.value)
        return value;
    return {};
  case ExprKind::FunctionAddress: {
    Value v;
    v.function = program.functionByKey(f.names[e.name]);
    return v;
  }
  case ExprKind::ContextTest:
    return contextTest(rules::ContextTest(e.value), context);
  case ExprKind::CallResult:
    return evaluateCall(in, uint32_t(e.value), binding, context, depth);
  case ExprKind::Truncate:
    return fromKnownBits(toKnownBits(part(e.a), e.width));
  case ExprKind::Extend: {
    unsigned from = f.summary.exprs[e.a].width;
    if (from >= e.width)
      return {};
    llvm::KnownBits inner = toKnownBits(part(e.a), from);
    return fromKnownBits(e.value ? inner.sext(e.width) : inner.zext(e.width));
  }
  case ExprKind::Select: {
    Value condition = part(e.a);
    if (condition.isConstant())
      return part(condition.ones ? e.b : e.c);
    return either(part(e.b), part(e.c));
  }
  case ExprKind::Merge:
    return either(part(e.a), part(e.b));
  case ExprKind::Compare: {
    auto known = compare(e, part(e.a), part(e.b), f.summary.exprs[e.a].width);
    return known ? Value::constant(*known) : Value{0, ~uint64_t(1), noFunction};
  }
  default:
    return isBinary(e.kind) ? evaluateBinary(e, part(e.a), part(e.b)) : Value{};
  }
}

std::vector<Value> Evaluator::alternatives(FunctionId in, ExprId expr, const Binding &binding, const Context &context,
                                           unsigned depth) const {
  static constexpr size_t maxAlternatives = 8;
  const Expr &e = program.function(in).summary.exprs[expr];
  std::vector<Value> found;
  auto append = [&](ExprId part) {
    for (const Value &value : alternatives(in, part, binding, context, depth + 1))
      if (found.size() < maxAlternatives)
        found.push_back(value);
  };
  if (depth > maxEvaluationDepth) {
    found.push_back({});
  } else if (e.kind == ExprKind::Merge) {
    append(e.a);
    append(e.b);
  } else if (e.kind == ExprKind::Select) {
    Value condition = evaluate(in, e.a, binding, context);
    if (!condition.isConstant() || condition.ones)
      append(e.b);
    if (!condition.isConstant() || !condition.ones)
      append(e.c);
  } else if (isBinary(e.kind)) {
    append(e.a);
    const Value right = evaluate(in, e.b, binding, context);
    for (Value &left : found)
      left = evaluateBinary(e, left, right);
  } else {
    found.push_back(evaluate(in, expr, binding, context));
  }
  return found;
}

Value Evaluator::evaluateCall(FunctionId in, uint32_t index, const Binding &binding, const Context &context,
                              unsigned depth) const {
  static constexpr unsigned callCost = 4; // so that at most three calls are looked through
  const Function &f = program.function(in);
  if (index >= f.calls.size() || f.calls[index].rule || f.calls[index].target == noFunction ||
      f.summary.calls[index].states.empty() || depth + callCost > maxEvaluationDepth)
    return {};
  FunctionId target = f.calls[index].target;
  const Function &callee = program.function(target);
  const std::vector<ExprId> &arguments = f.summary.calls[index].states.front().arguments;
  Binding inner;
  for (size_t i = 0; i < arguments.size() && i < 32; ++i) {
    Value v = evaluate(in, arguments[i], binding, context, depth + callCost);
    if (!v.isUnknown())
      inner.push_back({uint8_t(i), v});
  }
  std::optional<Value> result;
  for (const Exit &exit : callee.summary.exits) {
    if (holds(target, exit.guard, inner, context) == Truth::No)
      continue;
    Value v = evaluate(target, exit.value, inner, context, depth + callCost);
    result = result ? either(*result, v) : v;
  }
  return result.value_or(Value());
}

/// That an object exists goes without saying.
static bool saysNotNull(const Atom &atom) {
  return atom.outside ? atom.low == 0 && atom.high == 0 : atom.low == 1 && atom.high == ~uint64_t(0);
}

Truth Evaluator::holds(FunctionId in, const Guard &guard, const Binding &binding, const Context &context) const {
  Truth truth = Truth::Yes;
  for (const Atom &atom : guard) {
    Value v = evaluate(in, atom.value, binding, context);
    if (v.function != noFunction)
      v = {}; // an address: nothing to compare but NULL
    bool inside = v.low() >= atom.low && v.high() <= atom.high;
    bool disjoint = v.high() < atom.low || v.low() > atom.high;
    if (v.isConstant() && atom.outside) {
      inside = !(v.ones >= atom.low && v.ones <= atom.high);
      disjoint = !inside;
    } else if (atom.outside) {
      std::swap(inside, disjoint);
    }
    if (disjoint)
      return Truth::No;
    if (!inside && !(v.isUnknown() && saysNotNull(atom)))
      truth = Truth::Maybe;
  }
  return truth;
}

} // namespace kmem::link
