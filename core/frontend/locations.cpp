#include "core/frontend/locations.h"

#include "core/frontend/kernel_module.h"
#include "core/support/paths.h"

#include "llvm/IR/Function.h"

namespace kmem {

std::string relativeToRoot(llvm::StringRef path, llvm::StringRef directory, llvm::StringRef root) {
  std::string absolute = absolutePath(path, directory);
  for (llvm::StringRef top : {root, directory})
    if (llvm::StringRef relative = below(absolute, top); !relative.empty())
      return relative.str();
  return absolute;
}

llvm::StringRef LocationResolver::file(const llvm::DIFile *file) {
  if (!file)
    return {};
  std::unique_ptr<std::string> &known = files[file];
  if (!known) {
    std::string path = absolutePath(file->getFilename(), file->getDirectory());
    known = std::make_unique<std::string>(relativeToRoot(path, directory, sourceRoot));
  }
  return *known;
}

llvm::StringRef LocationResolver::file(const llvm::DILocation *location) {
  return location ? file(location->getFile()) : llvm::StringRef();
}

ModuleLocation LocationResolver::resolve(const llvm::DILocation *location) {
  if (!location)
    return {};
  return {file(location), location->getLine(), location->getColumn()};
}

ModuleLocation LocationResolver::resolve(const llvm::Function &function) {
  const llvm::DISubprogram *subprogram = function.getSubprogram();
  if (!subprogram)
    return {};
  return {file(subprogram->getFile()), subprogram->getLine(), 0};
}

} // namespace kmem
