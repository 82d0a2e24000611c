// Stage: extract. What a callee of the same unit returns, said in its caller's terms.
#pragma once

#include "checker/extract/expr_pool.h"

#include "llvm/ADT/ArrayRef.h"

namespace kmem::extract {

/// `expr` of `callee` with parameters replaced by `arguments`; unknownExpr when it depends on more than parameters,
/// constants, context tests and what those point to.
ExprId instantiate(const summary::FunctionSummary &callee, ExprId expr, llvm::ArrayRef<ExprId> arguments,
                   ExprPool &into);

/// The value a call of `callee` returns when all its exits agree on it.
ExprId instantiateResult(const summary::FunctionSummary &callee, llvm::ArrayRef<ExprId> arguments, ExprPool &into);

} // namespace kmem::extract
