#include "checker/driver/stages.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace kmem {

static constexpr llvm::StringLiteral names[] = {"compdb", "rules", "ir", "summary", "values", "program", "findings"};

std::optional<DumpStage> parseDumpStage(llvm::StringRef name) {
  const auto *found = llvm::find(names, name);
  if (found == std::end(names))
    return std::nullopt;
  return DumpStage(found - names);
}

std::string dumpStageNames() { return llvm::join(std::begin(names), std::end(names), ", "); }

} // namespace kmem
