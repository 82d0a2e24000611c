#include "runtime/plan/sources.h"

#include "core/frontend/lower.h"

namespace kmem::replay {

Sources::Sources(std::vector<TranslationUnit> units, std::string sourceRoot, std::vector<std::string> extraArguments)
    : all(std::move(units)), sourceRoot(std::move(sourceRoot)), extra(std::move(extraArguments)) {
  for (size_t i = 0; i < all.size(); ++i)
    byName.try_emplace(relativeToRoot(all[i].file, all[i].directory, this->sourceRoot), i);
}

const TranslationUnit *Sources::unitNamed(llvm::StringRef name) const {
  auto it = byName.find(std::string_view(name));
  return it == byName.end() ? nullptr : &all[it->second];
}

llvm::Expected<LoadedUnit *> Sources::load(llvm::StringRef name) {
  std::unique_ptr<LoadedUnit> &slot = loaded[name.str()];
  if (slot)
    return slot.get();
  const TranslationUnit *recorded = unitNamed(name);
  if (!recorded)
    return llvm::createStringError(name + " is no translation unit of this build");
  TranslationUnit unit = *recorded;
  unit.arguments = adaptArguments(unit, extra);
  FrontendOptions options;
  options.sourceRoot = sourceRoot;
  options.describeTypes = true;
  auto code = compileUnit(unit, options);
  if (!code)
    return code.takeError();
  dropCompileTimeErrors(*code->module);
  lowerModule(*code->module);
  slot = std::make_unique<LoadedUnit>();
  slot->code = std::move(*code);
  slot->locations = std::make_unique<LocationResolver>(sourceRoot, unit.directory);
  return slot.get();
}

} // namespace kmem::replay
