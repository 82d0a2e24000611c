// What is wrong with the input is said in one clear line, with the documented exit code, and the rest goes on.
#include "tests/support/project_files.h"
#include "tests/support/small_tree.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

constexpr int clean = 0, findings = 1, usage = 2, unitFailed = 3;

/// One line on standard error holds all of `words`.
void expectOneLineWith(const ProgramResult &run, std::vector<std::string> words) {
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(run.err).split(lines, '\n', -1, /*KeepEmpty=*/false);
  unsigned matching = 0;
  for (llvm::StringRef line : lines)
    matching += llvm::all_of(words, [&](const std::string &word) { return line.contains(word); });
  EXPECT_EQ(matching, 1u) << "wanted one line with \"" << words.front() << "\":\n" << run.err;
}

void expectUsageError(const ProgramResult &run, std::vector<std::string> words) {
  EXPECT_EQ(run.exitCode, usage) << run.err;
  EXPECT_EQ(run.out, "");
  expectOneLineWith(run, std::move(words));
}

TEST(BadInput, noDatabase) {
  TemporaryDirectory empty;
  expectUsageError(runProgram("kmem-tidy", {"-p", empty.path()}), {"compile_commands.json", empty.path()});
}

TEST(BadInput, brokenDatabase) {
  SmallTree tree;
  tree.write("compile_commands.json", "[{\"directory\": \"/x\", ");
  expectUsageError(tree.tidy(), {"compile_commands.json"});
  tree.write("compile_commands.json", "{\"not\": \"a list\"}");
  expectUsageError(tree.tidy(), {"compile_commands.json"});
}

TEST(BadInput, emptyTree) {
  SmallTree tree;
  tree.write("compile_commands.json", "[]\n");
  expectUsageError(tree.tidy(), {"compile_commands.json"});
}

TEST(BadInput, missingSourceFile) {
  SmallTree tree;
  tree.addUnit("good.c", lockedAllocation("good"));
  tree.addUnit("gone.c", "");
  llvm::sys::fs::remove(tree.path("gone.c"));
  const ProgramResult run = tree.tidyJsonl();
  EXPECT_EQ(run.exitCode, unitFailed);
  expectOneLineWith(run, {"gone.c", "No such file"});
  EXPECT_EQ(valuesOf(run.out, "function"), std::vector<std::string>{"good"}) << run.err;
}

TEST(BadInput, syntaxErrors) {
  SmallTree tree;
  tree.addUnit("broken.c", "int broken(void)\n{\n\treturn nothing;\n}\n");
  tree.addUnit("good.c", lockedAllocation("good"));
  const ProgramResult run = tree.tidyJsonl();
  EXPECT_EQ(run.exitCode, unitFailed);
  expectOneLineWith(run, {"broken.c:3:9", "undeclared identifier 'nothing'"});
  EXPECT_EQ(valuesOf(run.out, "function"), std::vector<std::string>{"good"}) << run.err;
}

TEST(BadInput, cacheDirectoryIsAFile) {
  SmallTree tree;
  tree.addUnit("good.c", lockedAllocation("good"));
  tree.write("cache", "not a directory");
  expectUsageError(tree.tidy(), {tree.path("cache")});
}

TEST(BadInput, damagedSummariesAreMadeAgain) {
  SmallTree tree;
  tree.addUnit("good.c", lockedAllocation("good"));
  const ProgramResult before = tree.tidyJsonl();
  ASSERT_EQ(before.exitCode, findings) << before.err;
  unsigned damaged = 0;
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator it(tree.path("cache"), error), end; it != end; it.increment(error)) {
    if (it->type() != llvm::sys::fs::file_type::regular_file)
      continue;
    const std::string content = readFile(it->path());
    tree.write(llvm::StringRef(it->path()).drop_front(tree.path().size() + 1), content.substr(0, content.size() / 2));
    ++damaged;
  }
  EXPECT_GT(damaged, 0u);
  const ProgramResult after = tree.tidyJsonl();
  EXPECT_EQ(after.exitCode, findings) << after.err;
  EXPECT_EQ(after.out, before.out);
}

TEST(BadInput, unknownNames) {
  SmallTree tree;
  tree.addUnit("empty.c", "int unused;\n");
  expectUsageError(tree.tidy({"--explain=kmem-nothing"}), {"kmem-nothing"});
  expectUsageError(tree.tidy({"--checks=-*,kmem-nothing"}), {"kmem-nothing"});
  expectUsageError(tree.tidy({"--report=papyrus"}), {"papyrus"});
  expectUsageError(tree.tidy({"--dump=nothing"}), {"nothing"});
  expectUsageError(tree.tidy({"--fail-on=sometimes"}), {"sometimes"});
  expectUsageError(tree.tidy({"--line-filter=[{"}), {"--line-filter"});
  expectUsageError(tree.tidy({"no/such/file.c"}), {"no/such/file.c"});
  tree.write(".kmem-tidy", "Checks: '*'\nColour: red\n");
  expectUsageError(tree.tidy({"--config-file=" + tree.path(".kmem-tidy")}), {".kmem-tidy:2", "Colour"});
}

TEST(BadInput, brokenRules) {
  SmallTree tree;
  tree.addUnit("empty.c", "int unused;\n");
  tree.write("rules/api/mine.yaml", "functions:\n  - name: frob_alloc\n    alocates: slab\n");
  expectUsageError(tree.tidy({"--rules=" + tree.path("rules")}), {"mine.yaml:3", "alocates"});
}

TEST(BadInput, nothingToReportIsClean) {
  SmallTree tree;
  tree.addUnit("empty.c", "int unused;\n");
  const ProgramResult run = tree.tidyJsonl({"--quiet"});
  EXPECT_EQ(run.exitCode, clean);
  EXPECT_EQ(run.out + run.err, "");
}

} // namespace
} // namespace kmem::test
