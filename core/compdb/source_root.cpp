#include "core/compdb/compile_database.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>

namespace kmem {

static bool isKernelTop(llvm::StringRef folder) {
  static constexpr llvm::StringLiteral marks[] = {"Kbuild", "Kconfig", "MAINTAINERS"};
  return std::all_of(std::begin(marks), std::end(marks), [&](llvm::StringRef mark) {
    llvm::SmallString<256> path(folder);
    llvm::sys::path::append(path, mark);
    return llvm::sys::fs::exists(path);
  });
}

std::string findSourceRoot(llvm::StringRef file) {
  llvm::StringRef own = llvm::sys::path::parent_path(file);
  for (llvm::StringRef folder = own; !folder.empty(); folder = llvm::sys::path::parent_path(folder))
    if (isKernelTop(folder))
      return folder.str();
  return own.str();
}

} // namespace kmem
