// The same program gives the same bytes, whatever the number of jobs, the order of the database, the place or the
// cache.
#include "tests/support/case_file.h"
#include "tests/support/project_files.h"
#include "tests/support/small_tree.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace kmem::test {
namespace {

/// A tree of many units with many findings: a good part of the check cases in one program.
void addCases(SmallTree &tree, bool reversed) {
  std::vector<std::string> files;
  for (const std::string &name : caseNames())
    if (name.find("/bad_") != std::string::npos)
      for (const std::string &file : readCase(name).files)
        files.push_back(file);
  if (reversed)
    std::reverse(files.begin(), files.end());
  for (const std::string &header : filesBelow("tests/checks", {".h"}))
    tree.write(llvm::StringRef(header).drop_front(sizeof("tests/checks/") - 1), readFile(projectPath(header)));
  for (const std::string &file : files)
    tree.addUnit(file, readFile(projectPath("tests/checks/" + file)));
}

TEST(Determinism, jobsOrderPlaceAndCacheDoNotMatter) {
  SmallTree tree, elsewhere;
  addCases(tree, /*reversed=*/false);
  addCases(elsewhere, /*reversed=*/true);
  const std::string first = tree.tidyJsonl({"-j1"}).out;
  EXPECT_GT(valuesOf(first, "check").size(), 50u);
  EXPECT_EQ(first, tree.tidyJsonl({"-j2"}).out) << "from the cache";
  EXPECT_EQ(first, tree.tidyJsonl({"-j2", "--cache-dir=" + tree.path("other-cache")}).out) << "made again, two jobs";
  EXPECT_EQ(first, elsewhere.tidyJsonl({"-j2"}).out) << "another place and order";
}

TEST(Determinism, anEditIsSeenAndUndone) {
  SmallTree tree;
  tree.addUnit("a.c", lockedAllocation("a"));
  tree.addUnit("b.c", "int unused;\n");
  const std::string before = tree.tidyJsonl().out;
  tree.write("b.c", lockedAllocation("b"));
  EXPECT_EQ(valuesOf(tree.tidyJsonl().out, "function"), (std::vector<std::string>{"a", "b"}));
  tree.write("b.c", "int unused;\n");
  EXPECT_EQ(tree.tidyJsonl().out, before);
}

TEST(Determinism, aHeaderEditIsSeen) {
  SmallTree tree;
  tree.write("flags.h", "#define MY_FLAGS GFP_ATOMIC\n");
  std::string text = lockedAllocation("a");
  text.replace(text.find("GFP_KERNEL"), 10, "MY_FLAGS");
  tree.addUnit("a.c", "#include \"flags.h\"\n" + text);
  EXPECT_EQ(tree.tidyJsonl().exitCode, 0);
  tree.write("flags.h", "#define MY_FLAGS GFP_KERNEL\n");
  EXPECT_EQ(tree.tidyJsonl().exitCode, 1);
}

} // namespace
} // namespace kmem::test
