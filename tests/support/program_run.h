// Runs one of the programs under test and keeps what it said.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace kmem::test {

/// A fresh directory that goes away with the object.
class TemporaryDirectory {
public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory &) = delete;
  TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;
  /// The absolute path of `name` in it; the directory itself for "".
  std::string path(llvm::StringRef name = "") const;
  /// Writes a file, making folders on the way, and returns its path.
  std::string write(llvm::StringRef name, llvm::StringRef content) const;

private:
  std::string root;
};

struct ProgramResult {
  int exitCode = -1; ///< -1: could not start, -2: crashed or timed out
  std::string out;
  std::string err;
};

/// Runs the executable at a path; `arguments` without argv[0].
ProgramResult runExecutable(const std::string &executable, const std::vector<std::string> &arguments,
                            unsigned timeoutS = 120);

/// Runs bin/`program` of the build under test; `arguments` without argv[0].
ProgramResult runProgram(llvm::StringRef program, const std::vector<std::string> &arguments, unsigned timeoutS = 120);

/// The content of a file, "" when it is missing.
std::string readFile(llvm::StringRef path);

} // namespace kmem::test
