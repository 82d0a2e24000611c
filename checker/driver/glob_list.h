// Stage: driver. clang-tidy's way to choose: "a-*,-a-b" — a comma list of globs, '-' removes, the last that matches
// decides.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kmem {

class GlobList {
public:
  static llvm::Expected<GlobList> parse(llvm::StringRef text);

  bool contains(llvm::StringRef name) const;
  /// An item without '*' that matches none of `names`; empty when there is none. Most likely a typing error.
  std::string firstUnknown(llvm::ArrayRef<std::string> names) const;

private:
  struct Item {
    std::string text;
    bool removes;
  };
  std::vector<Item> items;
};

} // namespace kmem
