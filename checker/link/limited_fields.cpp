#include "checker/link/limited_fields.h"

namespace kmem::link {

using namespace summary;

/// Values that a compared one is made of, looked at for each comparison.
static constexpr size_t maxParts = 32;

LimitedFields::LimitedFields(const Program &program) {
  for (FunctionId id = 0; id < program.functions().size(); ++id) {
    const Function &f = program.function(id);
    for (const Expr &e : f.summary.exprs)
      if (e.kind == ExprKind::Compare)
        addComparison(id, f, e);
  }
}

/// Limits are written `if (value > limit) fail` or `if (limit < value) fail`. `value < least` is a lower limit, and a
/// loop's counter that is compared with a count limits the counter.
void LimitedFields::addComparison(FunctionId in, const Function &f, const Expr &compare) {
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
      addFields(in, f, compare.a);
    break;
  case Predicate::Ult:
  case Predicate::Ule:
  case Predicate::Slt:
  case Predicate::Sle:
    if (!isCounter(compare.a))
      addFields(in, f, compare.b);
    break;
  default:
    break;
  }
}

void LimitedFields::addFields(FunctionId in, const Function &f, ExprId value) {
  llvm::SmallVector<ExprId, 8> work{value};
  for (size_t i = 0; i < work.size() && i < maxParts; ++i) {
    const Expr &e = f.summary.exprs[work[i]];
    if (e.kind == ExprKind::FieldLoad) {
      Checkers &known = checkers[f.names[e.name]];
      known.others |= known.first != noFunction && known.first != in;
      if (known.first == noFunction)
        known.first = in;
      continue;
    }
    if (e.kind == ExprKind::PointeeLoad || e.kind == ExprKind::CallResult)
      continue;
    for (ExprId part : {e.a, e.b, e.c})
      if (part != unknownExpr)
        work.push_back(part);
  }
}

bool LimitedFields::checkedOutside(FunctionId user, NameKey field) const {
  auto it = checkers.find(field);
  return it != checkers.end() && (it->second.others || it->second.first != user);
}

} // namespace kmem::link
