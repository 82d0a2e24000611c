// The translation units that findings speak of, by the names they use, and the modules made of them.
#pragma once

#include "core/compdb/compile_database.h"
#include "core/frontend/kernel_module.h"
#include "core/frontend/locations.h"

#include <map>
#include <memory>

namespace kmem::replay {

/// A unit's code and what is needed to find places in it.
struct LoadedUnit {
  KernelModule code;
  std::unique_ptr<LocationResolver> locations;
};

class Sources {
public:
  /// `extraArguments` are appended to every unit's own.
  Sources(std::vector<TranslationUnit> units, std::string sourceRoot, std::vector<std::string> extraArguments);

  /// Compiles the unit on its first use. The error says which and why.
  llvm::Expected<LoadedUnit *> load(llvm::StringRef name);
  const TranslationUnit *unitNamed(llvm::StringRef name) const;
  const std::vector<TranslationUnit> &units() const { return all; }
  const std::vector<std::string> &extraArguments() const { return extra; }
  const std::string &root() const { return sourceRoot; }

private:
  std::vector<TranslationUnit> all;
  std::string sourceRoot;
  std::vector<std::string> extra;
  std::map<std::string, size_t, std::less<>> byName;
  std::map<std::string, std::unique_ptr<LoadedUnit>, std::less<>> loaded;
};

} // namespace kmem::replay
