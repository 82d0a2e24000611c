#include "checker/driver/finding_filter.h"

#include "gtest/gtest.h"

using namespace kmem;

namespace {

Finding at(const char *file, unsigned line, const char *check = "kmem-a") {
  Finding finding;
  finding.check = check;
  finding.location = {file, line, 1};
  return finding;
}

/// Files of the findings that are left.
class FindingFilter : public testing::Test {
protected:
  FindingFilter() { tree.sourceRoot = "/no/such/root"; }

  std::vector<std::string> left() {
    result = filterFindings({at("mm/b.c", 2), at("include/x.h", 1), at("mm/a.c", 1, "kmem-b")}, options, tree);
    std::vector<std::string> files;
    for (const Finding &finding : result.findings)
      files.push_back(finding.location.file);
    return files;
  }

  Options options;
  Tree tree;
  FilteredFindings result;
};

using Files = std::vector<std::string>;

TEST_F(FindingFilter, EverythingInReportOrder) { EXPECT_EQ(left(), (Files{"include/x.h", "mm/a.c", "mm/b.c"})); }

TEST_F(FindingFilter, HeadersThatMatch) {
  options.headerFilter = "^include/y";
  EXPECT_EQ(left(), (Files{"mm/a.c", "mm/b.c"}));
  EXPECT_EQ(result.suppressedByFilter, 1u);
  options.headerFilter = "^include/";
  EXPECT_EQ(left().size(), 3u);
}

TEST_F(FindingFilter, PathsAreFilesOrFolders) {
  tree.chosenPaths = {"/no/such/root/mm"};
  EXPECT_EQ(left(), (Files{"mm/a.c", "mm/b.c"}));
  tree.chosenPaths = {"/no/such/root/mm/a.c", "/no/such/root/includ"};
  EXPECT_EQ(left(), Files{"mm/a.c"});
}

TEST_F(FindingFilter, ChosenWarningsBecomeErrors) {
  options.warningsAsErrors = llvm::cantFail(GlobList::parse("kmem-b"));
  left();
  EXPECT_EQ(result.findings[1].severity, Severity::Error);
  EXPECT_EQ(result.findings[2].severity, Severity::Warning);
}

} // namespace
