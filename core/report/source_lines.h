// Stage: report. Lines of the sources that findings point at, read once per file. A file that is not there has no
// lines.
#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <vector>

namespace kmem {

/// Not thread-safe. The lines stay valid as long as this object.
class SourceLines {
public:
  /// Relative files are looked up below `root`.
  explicit SourceLines(llvm::StringRef root) : root(root) {}

  /// Without its line end; empty when there is no such file or line. `number` is 1-based.
  llvm::StringRef line(llvm::StringRef file, unsigned number);
  /// All lines of a file, the first at index 0.
  const std::vector<llvm::StringRef> &lines(llvm::StringRef file);

private:
  struct File {
    std::unique_ptr<llvm::MemoryBuffer> buffer;
    std::vector<llvm::StringRef> lines;
  };

  std::string root;
  llvm::StringMap<File> files;
};

} // namespace kmem
