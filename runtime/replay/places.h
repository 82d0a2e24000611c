// Places in a scenario's code, as reports print them.
#pragma once

#include "core/finding/trace.h"
#include "runtime/plan/scenario.h"

namespace kmem::replay {

class Places {
public:
  /// `sources` are those the scenario was made from; they outlive the places.
  Places(const Scenario &scenario, Sources &sources);

  ModuleLocation operator()(const llvm::Instruction &at) const {
    return byModule.find(at.getModule())->second->resolve(at);
  }
  SourceLocation location(const llvm::Instruction &at) const;

private:
  std::map<const llvm::Module *, LocationResolver *> byModule;
};

} // namespace kmem::replay
