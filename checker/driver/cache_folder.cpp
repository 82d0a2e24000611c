#include "checker/driver/cache_folder.h"

#include "core/support/paths.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace kmem {

static std::string joined(llvm::StringRef folder, const llvm::Twine &name) {
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, name);
  return std::string(path);
}

std::string cacheFolder(const Options &options, const Tree &tree) {
  if (!options.cacheDirectory.empty()) {
    llvm::SmallString<256> here;
    llvm::sys::fs::current_path(here);
    return absolutePath(options.cacheDirectory, std::string(here));
  }
  if (tree.hasDatabase)
    return joined(tree.buildDirectory, ".kmem-tidy-cache");
  llvm::SmallString<256> folder;
  if (llvm::sys::path::cache_directory(folder)) // $XDG_CACHE_HOME or ~/.cache
    return joined(folder, "kmem-tidy");
  return joined(tree.buildDirectory, ".kmem-tidy-cache");
}

} // namespace kmem
