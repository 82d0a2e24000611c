#include "checker/driver/unit_summary.h"

#include "checker/extract/extract.h"
#include "checker/summary/serialize.h"
#include "core/frontend/kernel_module.h"

namespace kmem {

llvm::Expected<UnitSummary> summarizeUnit(const TranslationUnit &unit, llvm::ArrayRef<std::string> extraArguments,
                                          llvm::StringRef sourceRoot, const rules::RuleSet &rules) {
  TranslationUnit adapted{unit.directory, unit.file, adaptArguments(unit, extraArguments)};
  auto module = compileUnit(adapted, {sourceRoot.str()});
  if (!module)
    return module.takeError();
  UnitPlace place{relativeToRoot(unit.file, unit.directory, sourceRoot), sourceRoot.str(), unit.directory};
  summary::TuSummary summary = extractSummary(*module, rules, place);
  return UnitSummary{summary::serialize(summary), std::move(module->dependencies)};
}

} // namespace kmem
