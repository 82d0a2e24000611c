// The checker's C++ knows no kernel function by name: what a rule names may stand in the rules and in tests. The
// simulated kernel is those functions, and prints their names as the kernel does.
#include "rules/lib/rules.h"
#include "tests/support/project_files.h"

#include "llvm/ADT/StringSet.h"

#include <gtest/gtest.h>

namespace {
using kmem::test::filesBelow;
using kmem::test::linesOf;
using kmem::test::projectPath;

/// The string literals of one line that are spelled like a C identifier.
std::vector<llvm::StringRef> identifierLiterals(llvm::StringRef line) {
  std::vector<llvm::StringRef> found;
  if (line.trim().starts_with("//") || line.trim().starts_with("#include"))
    return found;
  llvm::SmallVector<llvm::StringRef> pieces;
  line.split(pieces, '"');
  for (size_t i = 1; i < pieces.size(); i += 2)
    if (!pieces[i].empty() && pieces[i].find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                          "0123456789_") == llvm::StringRef::npos)
      found.push_back(pieces[i]);
  return found;
}

llvm::StringSet<> namesInRules() {
  llvm::StringSet<> names;
  auto rules = kmem::rules::loadRules(projectPath("rules"), {});
  if (!rules) {
    ADD_FAILURE() << llvm::toString(rules.takeError());
    return names;
  }
  for (const auto &function : rules->functions)
    names.insert(function.name);
  return names;
}

TEST(KernelNames, standOnlyInTheRules) {
  const llvm::StringSet<> names = namesInRules();
  EXPECT_FALSE(names.empty());
  for (const char *top : {"core", "checker"})
    for (const std::string &file : filesBelow(top, {".h", ".cpp"})) {
      unsigned number = 0;
      for (const std::string &line : linesOf(projectPath(file))) {
        ++number;
        for (llvm::StringRef literal : identifierLiterals(line))
          EXPECT_FALSE(names.contains(literal))
              << file << ":" << number << ": \"" << literal.str() << "\" belongs into a rule";
      }
    }
}

} // namespace
