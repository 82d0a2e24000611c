// A little kernel-like tree with a compile database, and kmem-tidy on it.
#pragma once

#include "tests/support/program_run.h"

#include <utility>

namespace kmem::test {

class SmallTree {
public:
  /// Writes a source file and gives it a line in the database.
  void addUnit(llvm::StringRef name, llvm::StringRef text);
  /// A file without a line in the database.
  std::string write(llvm::StringRef name, llvm::StringRef text) { return folder.write(name, text); }
  void writeDatabase() const;
  std::string path(llvm::StringRef name = "") const { return folder.path(name); }

  /// kmem-tidy with this tree as -p and --source-root, a cache in it, and `arguments`.
  ProgramResult tidy(std::vector<std::string> arguments = {}) const;
  /// The same with the findings as jsonl in `out`.
  ProgramResult tidyJsonl(std::vector<std::string> arguments = {}) const;

private:
  TemporaryDirectory folder;
  std::vector<std::string> units;
};

/// C that has one kmem-atomic-gfp finding, in `function`.
std::string lockedAllocation(llvm::StringRef function);

/// The string that is the value of `key` in each JSON line of `jsonl` that has one.
std::vector<std::string> valuesOf(llvm::StringRef jsonl, llvm::StringRef key);

} // namespace kmem::test
