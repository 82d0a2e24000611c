#include "core/support/paths.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"

namespace kmem {

std::string absolutePath(llvm::StringRef path, llvm::StringRef base) {
  llvm::SmallString<256> result(path);
  if (!llvm::sys::path::is_absolute(path)) {
    result = base;
    llvm::sys::path::append(result, path);
  }
  llvm::sys::path::remove_dots(result, /*remove_dot_dot=*/true);
  return std::string(result);
}

llvm::StringRef below(llvm::StringRef path, llvm::StringRef folder) {
  folder = folder.rtrim('/');
  if (!path.consume_front(folder) || !path.consume_front("/"))
    return {};
  return path;
}

} // namespace kmem
