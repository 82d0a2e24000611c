#include "runtime/models/registry.h"

#include "llvm/ADT/StringMap.h"

namespace kmem::replay {

llvm::ArrayRef<ModelTable> modelTables() {
  static const ModelTable tables[] = {slabModels(),
                                      slabCacheModels(),
                                      copyModels(),
                                      pageModels(),
                                      vmallocModels(),
                                      percpuModels(),
                                      poolModels(),
                                      dmaModels(),
                                      devresModels(),
                                      spinlockModels(),
                                      sleepingLockModels(),
                                      interruptModels(),
                                      rcuModels(),
                                      schedulingModels(),
                                      waitingModels(),
                                      userCopyModels(),
                                      memoryFunctionModels(),
                                      stringModels(),
                                      messageModels(),
                                      refcountModels(),
                                      deviceRegisterModels(),
                                      bugModels(),
                                      clockModels()};
  return tables;
}

Model modelNamed(llvm::StringRef name) {
  for (const ModelTable &table : modelTables())
    for (const ModelRow &row : table)
      if (row.name == name)
        return row.model;
  return nullptr;
}

llvm::Error checkModels(const rules::RuleSet &rules) {
  for (const auto *functions : {&rules.functions, &rules.replayFunctions})
    for (const rules::FunctionRule &rule : *functions)
      if (!rule.model.empty() && !modelNamed(rule.model))
        return llvm::createStringError(llvm::inconvertibleErrorCode(), llvm::Twine(rule.origin.file) + ":" +
                                                                           llvm::Twine(rule.origin.line) +
                                                                           ": unknown model '" + rule.model + "'");
  return llvm::Error::success();
}

} // namespace kmem::replay
