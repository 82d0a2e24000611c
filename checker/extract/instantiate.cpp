#include "checker/extract/instantiate.h"

namespace kmem::extract {

using namespace summary;

/// A result larger than this is not worth copying into every caller.
static constexpr unsigned maxInstantiationDepth = 6;

namespace {
class Instantiation {
public:
  Instantiation(const FunctionSummary &callee, llvm::ArrayRef<ExprId> arguments, ExprPool &into)
      : callee(callee), arguments(arguments), into(into) {}

  ExprId run(ExprId id, unsigned depth = 0) {
    if (id == unknownExpr || depth > maxInstantiationDepth)
      return unknownExpr;
    const Expr &e = callee.exprs[id];
    switch (e.kind) {
    case ExprKind::Constant:
      return into.constant(e.value, e.width);
    case ExprKind::Parameter:
      return size_t(e.value) < arguments.size() ? arguments[size_t(e.value)] : unknownExpr;
    case ExprKind::ContextTest:
    case ExprKind::GlobalAddress:
    case ExprKind::GlobalLoad:
    case ExprKind::FunctionAddress:
      return into.leaf(e.kind, e.value, e.width, rename(e.name));
    case ExprKind::FieldAddress:
    case ExprKind::FieldLoad:
    case ExprKind::FamilyTest:
    case ExprKind::PointerStep:
    case ExprKind::PointeeLoad:
      return rebase(e, depth);
    case ExprKind::PointerAdd: {
      ExprId base = run(e.a, depth + 1);
      return base ? into.pointerAdd(base, e.value) : unknownExpr;
    }
    case ExprKind::Truncate:
    case ExprKind::Extend: {
      ExprId a = run(e.a, depth + 1);
      return a ? into.cast(a, e.width, e.value) : unknownExpr;
    }
    case ExprKind::Select: {
      ExprId a = run(e.a, depth + 1), b = run(e.b, depth + 1), c = run(e.c, depth + 1);
      return a && b && c ? into.select(e.width, a, b, c) : unknownExpr;
    }
    case ExprKind::Compare: {
      ExprId a = run(e.a, depth + 1), b = run(e.b, depth + 1);
      return a && b ? into.compare(e.predicate, a, b) : unknownExpr;
    }
    case ExprKind::Unknown:
    case ExprKind::Opaque:
    case ExprKind::CallResult:
    case ExprKind::SlotLoad:
    case ExprKind::SlotAddress:
    case ExprKind::Merge:
      return unknownExpr;
    default: {
      ExprId a = run(e.a, depth + 1), b = run(e.b, depth + 1);
      return a && b ? into.binary(e.kind, e.width, a, b) : unknownExpr;
    }
    }
  }

private:
  NameId rename(NameId id) { return into.name(callee.names[id]); }

  ExprId rebase(const Expr &e, unsigned depth) {
    ExprId base = run(e.a, depth + 1);
    return base ? into.leaf(e.kind, e.value, e.width, rename(e.name), base) : unknownExpr;
  }

  const FunctionSummary &callee;
  llvm::ArrayRef<ExprId> arguments;
  ExprPool &into;
};
} // namespace

ExprId instantiate(const FunctionSummary &callee, ExprId expr, llvm::ArrayRef<ExprId> arguments, ExprPool &into) {
  return Instantiation(callee, arguments, into).run(expr);
}

ExprId instantiateResult(const FunctionSummary &callee, llvm::ArrayRef<ExprId> arguments, ExprPool &into) {
  if (callee.exits.empty())
    return unknownExpr;
  ExprId value = callee.exits.front().value;
  for (const Exit &exit : callee.exits)
    if (exit.value != value)
      return unknownExpr;
  return instantiate(callee, value, arguments, into);
}

} // namespace kmem::extract
