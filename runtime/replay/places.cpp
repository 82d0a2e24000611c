#include "runtime/replay/places.h"

namespace kmem::replay {

Places::Places(const Scenario &scenario, Sources &sources) {
  for (size_t i = 0; i < scenario.units.size(); ++i)
    byModule[scenario.modules[i]] = llvm::cantFail(sources.load(scenario.units[i]))->locations.get();
}

SourceLocation Places::location(const llvm::Instruction &at) const {
  const ModuleLocation place = (*this)(at);
  return {place.file.str(), place.line, place.column};
}

} // namespace kmem::replay
