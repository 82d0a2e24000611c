// Stage: extract. Where pointers are put: fields, globals, escaping locals, what a parameter points to, and
// initialisers.
#pragma once

#include "checker/extract/values.h"

namespace kmem::extract {

/// Fills function.stores with every store of a non-null pointer that outlives its expression.
void recordStores(const llvm::Function &ir, summary::FunctionSummary &function, ExprPool &pool, ModuleIndex &index,
                  Values &values);

/// Functions named in initialisers of globals, with the field they are in.
std::vector<summary::Initializer> recordInitializers(ModuleIndex &index);

} // namespace kmem::extract
