#include "core/frontend/dependencies.h"

#include "core/support/paths.h"

#include <algorithm>

namespace kmem {

bool DependencyList::sawDependency(llvm::StringRef file, bool fromModule, bool isSystem, bool isModuleFile,
                                   bool isMissing) {
  return !isMissing && !file.starts_with("<");
}

std::vector<std::string> DependencyList::take(const std::string &mainFile, const std::string &directory) const {
  std::vector<std::string> files = {mainFile};
  for (const std::string &file : getDependencies())
    files.push_back(absolutePath(file, directory));
  std::sort(files.begin() + 1, files.end());
  files.erase(std::unique(files.begin() + 1, files.end()), files.end());
  files.erase(std::remove(files.begin() + 1, files.end(), mainFile), files.end());
  return files;
}

} // namespace kmem
