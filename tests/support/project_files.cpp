#include "tests/support/project_files.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <gtest/gtest.h>

namespace kmem::test {

std::string projectPath(llvm::StringRef relative) {
  llvm::SmallString<256> path(KMEM_SOURCE_DIR);
  llvm::sys::path::append(path, relative);
  return std::string(path);
}

std::vector<std::string> filesBelow(llvm::StringRef folder, const std::vector<std::string> &suffixes) {
  std::vector<std::string> found;
  std::error_code error;
  const std::string root = projectPath("");
  for (llvm::sys::fs::recursive_directory_iterator it(projectPath(folder), error), end; it != end && !error;
       it.increment(error)) {
    llvm::StringRef path = it->path();
    if (llvm::any_of(suffixes, [&](const std::string &suffix) { return path.ends_with(suffix); }))
      found.push_back(path.drop_front(root.size()).ltrim('/').str());
  }
  llvm::sort(found);
  return found;
}

std::vector<std::string> linesOf(llvm::StringRef absolutePath) {
  auto buffer = llvm::MemoryBuffer::getFile(absolutePath);
  if (!buffer) {
    ADD_FAILURE() << absolutePath.str() << ": " << buffer.getError().message();
    return {};
  }
  llvm::SmallVector<llvm::StringRef> lines;
  (*buffer)->getBuffer().split(lines, '\n');
  return {lines.begin(), lines.end()};
}

} // namespace kmem::test
