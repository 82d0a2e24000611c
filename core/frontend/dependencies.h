// Inside of the frontend: which files a parse read.
#pragma once

#include "clang/Frontend/Utils.h"

#include <string>
#include <vector>

namespace kmem {

/// Collects every file the preprocessor entered, system headers included.
class DependencyList : public clang::DependencyCollector {
public:
  bool needSystemDependencies() override { return true; }
  bool sawDependency(llvm::StringRef file, bool fromModule, bool isSystem, bool isModuleFile, bool isMissing) override;

  /// Absolute and without duplicates: `mainFile` first, the others sorted after it.
  std::vector<std::string> take(const std::string &mainFile, const std::string &directory) const;
};

} // namespace kmem
