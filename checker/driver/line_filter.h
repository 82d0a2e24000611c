// Stage: driver. --line-filter, as clang-tidy spells it: [{"name": "file.c", "lines": [[1, 3], [7, 9]]}, {"name":
// "b.c"}].
#pragma once

#include "core/finding/finding.h"

#include "llvm/Support/Error.h"

#include <utility>
#include <vector>

namespace kmem {

class LineFilter {
public:
  static llvm::Expected<LineFilter> parse(llvm::StringRef json);

  /// True for every place when the filter is empty; else when a file entry's name ends the path and one of its ranges
  /// holds the line.
  bool contains(const SourceLocation &location) const;

private:
  struct File {
    std::string name;
    std::vector<std::pair<unsigned, unsigned>> lines; ///< inclusive; none: every line
  };
  std::vector<File> files;
};

} // namespace kmem
