#include "checker/link/limit_checks.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::link {

using namespace summary;

/// Values that a compared one is made of, looked at for each comparison.
static constexpr size_t maxParts = 32;

/// Whether the function can answer with an error number.
static bool canRefuse(const Function &f) {
  llvm::SmallVector<ExprId, 8> work;
  for (const Exit &exit : f.summary.exits)
    work.push_back(exit.value);
  for (size_t i = 0; i < work.size() && i < maxParts; ++i) {
    const Expr &e = f.summary.exprs[work[i]];
    if (e.kind == ExprKind::Constant && e.width >= 32 && llvm::SignExtend64(uint64_t(e.value), e.width) < 0)
      return true;
    if (e.kind == ExprKind::Select || e.kind == ExprKind::Merge)
      work.append({e.a, e.b, e.c});
  }
  return false;
}

LimitChecks::LimitChecks(const Program &program) : program(program) {
  for (FunctionId id = 0; id < program.functions().size(); ++id) {
    const Function &f = program.function(id);
    for (const Expr &e : f.summary.exprs)
      if (e.kind == ExprKind::Compare)
        addComparison(id, f, e);
  }
}

/// Limits are written `if (value > limit) fail` or `if (limit < value) fail`. `value < least` is a lower limit, and a
/// loop's counter that is compared with a count limits the counter.
void LimitChecks::addComparison(FunctionId in, const Function &f, const Expr &compare) {
  auto isCounter = [&](ExprId id) {
    const Expr &e = f.summary.exprs[id];
    return e.kind == ExprKind::Opaque || e.kind == ExprKind::PointerStep || id == unknownExpr;
  };
  switch (compare.predicate) {
  case Predicate::Ugt:
  case Predicate::Uge:
  case Predicate::Sgt:
  case Predicate::Sge:
    if (!isCounter(compare.b))
      addCompared(in, f, compare.a);
    break;
  case Predicate::Ult:
  case Predicate::Ule:
  case Predicate::Slt:
  case Predicate::Sle:
    if (!isCounter(compare.a))
      addCompared(in, f, compare.b);
    break;
  case Predicate::Eq: // `if (length != sizeof(x)) fail`
  case Predicate::Ne:
    if (f.summary.exprs[compare.b].kind == ExprKind::Constant && f.summary.exprs[compare.b].value != 0)
      addCompared(in, f, compare.a);
    break;
  }
}

void LimitChecks::addCompared(FunctionId in, const Function &f, ExprId value) {
  llvm::SmallVector<ExprId, 8> work{value};
  for (size_t i = 0; i < work.size() && i < maxParts; ++i) {
    const Expr &e = f.summary.exprs[work[i]];
    if (e.kind == ExprKind::Parameter && canRefuse(f))
      refusing.insert({in, uint32_t(e.value)});
    if (e.kind == ExprKind::FieldLoad) {
      llvm::SmallVector<FunctionId, 1> &known = checkers[f.names[e.name]];
      if (known.empty() || known.back() != in)
        known.push_back(in);
      continue;
    }
    if (e.kind == ExprKind::PointeeLoad || e.kind == ExprKind::CallResult)
      continue;
    for (ExprId part : {e.a, e.b, e.c})
      if (part != unknownExpr)
        work.push_back(part);
  }
}

bool LimitChecks::checkedOutside(FunctionId user, NameKey field) const {
  auto it = checkers.find(field);
  return it != checkers.end() && llvm::any_of(it->second, [&](FunctionId checker) { return checker != user; });
}

bool LimitChecks::checkedByCallee(FunctionId caller, NameKey field) const {
  auto it = checkers.find(field);
  return it != checkers.end() && llvm::any_of(program.function(caller).calls, [&](const ResolvedCall &call) {
           return call.target != noFunction && call.target != caller && llvm::binary_search(it->second, call.target);
         });
}

/// The value behind conversions to another width.
static ExprId withoutCasts(const Function &f, ExprId value) {
  while (f.summary.exprs[value].kind == ExprKind::Extend || f.summary.exprs[value].kind == ExprKind::Truncate)
    value = f.summary.exprs[value].a;
  return value;
}

bool LimitChecks::refusedByCallee(FunctionId caller, ExprId value) const {
  const Function &f = program.function(caller);
  for (size_t i = 0; i < f.calls.size(); ++i) {
    if (f.calls[i].target == noFunction || f.calls[i].rule || f.summary.calls[i].states.empty())
      continue;
    const std::vector<ExprId> &arguments = f.summary.calls[i].states.front().arguments;
    for (uint32_t k = 0; k < arguments.size(); ++k)
      if (withoutCasts(f, arguments[k]) == value && refusing.contains({f.calls[i].target, k}))
        return true;
  }
  return false;
}

} // namespace kmem::link
