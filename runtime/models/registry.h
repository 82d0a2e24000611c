// Every modelled primitive by the name that the rules' `model:` keys use: one table for each family, one file for each
// table.
#pragma once

#include "runtime/models/model_call.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace kmem::replay {

struct ModelRow {
  llvm::StringLiteral name;
  Model model;
};
using ModelTable = llvm::ArrayRef<ModelRow>;

llvm::ArrayRef<ModelTable> modelTables();
/// Null when there is none.
Model modelNamed(llvm::StringRef name);

/// "file:line: unknown model 'x'" for the first rule that names a model that does not exist.
llvm::Error checkModels(const rules::RuleSet &rules);

// The families
ModelTable slabModels();
ModelTable slabCacheModels();
ModelTable spinlockModels();
ModelTable interruptModels();
ModelTable rcuModels();
ModelTable schedulingModels();

} // namespace kmem::replay
