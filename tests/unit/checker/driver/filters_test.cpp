#include "checker/driver/glob_list.h"
#include "checker/driver/line_filter.h"
#include "checker/driver/nolint.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

using namespace kmem;

namespace {

bool chooses(llvm::StringRef globs, llvm::StringRef name) {
  return llvm::cantFail(GlobList::parse(globs)).contains(name);
}

TEST(GlobList, TheLastMatchDecides) {
  EXPECT_FALSE(chooses("", "kmem-a"));
  EXPECT_TRUE(chooses("*", "kmem-a"));
  EXPECT_FALSE(chooses("*,-kmem-a", "kmem-a"));
  EXPECT_TRUE(chooses("*,-kmem-a", "kmem-b"));
  EXPECT_TRUE(chooses("-*, kmem-a*", "kmem-atomic"));
  EXPECT_FALSE(chooses("-*,kmem-a*", "kmem-b"));
}

TEST(GlobList, OutlivesItsText) {
  auto list = std::make_unique<GlobList>(llvm::cantFail(GlobList::parse(std::string("-*,") + "kmem-a")));
  GlobList copy = *list;
  list.reset();
  EXPECT_TRUE(copy.contains("kmem-a"));
  EXPECT_FALSE(copy.contains("kmem-b"));
}

TEST(GlobList, NamesThatDoNotExist) {
  auto unknown = [](llvm::StringRef globs) { return llvm::cantFail(GlobList::parse(globs)).firstUnknown({"kmem-a"}); };
  EXPECT_EQ(unknown("*,-kmem-a"), "");
  EXPECT_EQ(unknown("kmem-x*"), "");
  EXPECT_EQ(unknown("-*,kmem-x"), "kmem-x");
}

bool holds(llvm::StringRef json, const char *file, unsigned line) {
  return llvm::cantFail(LineFilter::parse(json)).contains({file, line, 1});
}

TEST(LineFilter, FilesAndRanges) {
  EXPECT_TRUE(holds("", "a.c", 1));
  llvm::StringRef filter = R"([{"name": "a.c", "lines": [[2, 3], [7, 7]]}, {"name": "b.c"}])";
  EXPECT_FALSE(holds(filter, "dir/a.c", 1));
  EXPECT_TRUE(holds(filter, "dir/a.c", 3));
  EXPECT_TRUE(holds(filter, "dir/a.c", 7));
  EXPECT_TRUE(holds(filter, "b.c", 1000));
  EXPECT_FALSE(holds(filter, "c.c", 3));
}

TEST(LineFilter, MisspelledIsAnError) {
  for (const char *json : {"{", "{}", "[1]", R"([{"lines": []}])", R"([{"name": "a", "lines": [[3, 2]]}])",
                           R"([{"name": "a", "lines": [3]}])"}) {
    auto filter = LineFilter::parse(json);
    EXPECT_FALSE(bool(filter)) << json;
    llvm::consumeError(filter.takeError());
  }
}

/// Lines of a file that a finding of kmem-a is suppressed on.
std::vector<unsigned> suppressed(llvm::StringRef text) {
  llvm::SmallString<128> path;
  int descriptor = -1;
  EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("kmem-nolint", "c", descriptor, path));
  llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << text;
  SourceLines sources("/");
  std::vector<unsigned> lines;
  Finding finding;
  finding.check = "kmem-a";
  for (unsigned line = 1; line <= text.count('\n'); ++line) {
    finding.location = {path.str().str(), line, 1};
    if (isSuppressedByComment(finding, sources))
      lines.push_back(line);
  }
  llvm::sys::fs::remove(path);
  return lines;
}

using Lines = std::vector<unsigned>;

TEST(Nolint, OnItsLine) {
  EXPECT_EQ(suppressed("a\nb // NOLINT\nc\n"), Lines{2});
  EXPECT_EQ(suppressed("a // NOLINT(kmem-a)\nb // NOLINT(kmem-b)\nc /* NOLINT(x, kmem-*) */\n"), (Lines{1, 3}));
  EXPECT_EQ(suppressed("a // NOLINT(*,-kmem-a)\n"), Lines{});
}

TEST(Nolint, NextLine) {
  EXPECT_EQ(suppressed("// NOLINTNEXTLINE\na\nb\n"), Lines{2});
  EXPECT_EQ(suppressed("// NOLINTNEXTLINE(kmem-b)\na\n// NOLINTNEXTLINE(kmem-a)\nb\n"), Lines{4});
}

TEST(Nolint, Regions) {
  EXPECT_EQ(suppressed("a\n// NOLINTBEGIN\nb\n// NOLINTEND\nc\n"), (Lines{2, 3, 4}));
  EXPECT_EQ(suppressed("// NOLINTBEGIN(kmem-b)\nb\n// NOLINTEND(kmem-b)\n"), Lines{});
  EXPECT_EQ(suppressed("// NOLINTBEGIN(kmem-a)\nb\n"), Lines{}) << "never closed";
}

} // namespace
