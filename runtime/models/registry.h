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
ModelTable copyModels();
ModelTable pageModels();
ModelTable vmallocModels();
ModelTable percpuModels();
ModelTable poolModels();
ModelTable dmaModels();
ModelTable devresModels();
ModelTable spinlockModels();
ModelTable sleepingLockModels();
ModelTable interruptModels();
ModelTable rcuModels();
ModelTable schedulingModels();
ModelTable waitingModels();
ModelTable userCopyModels();
ModelTable memoryFunctionModels();
ModelTable stringModels();
ModelTable messageModels();
ModelTable refcountModels();
ModelTable deviceRegisterModels();
ModelTable bugModels();
ModelTable clockModels();

} // namespace kmem::replay
