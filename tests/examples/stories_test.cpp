// Each story in examples/: its bug is found by the check that its README names and by no other, its fix is accepted.
// The demo tells them all and ends with the findings replayed.
#include "tests/support/case_file.h"
#include "tests/support/program_run.h"
#include "tests/support/project_files.h"
#include "tests/support/small_tree.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace kmem::test {
namespace {

constexpr unsigned patienceS = 250;

std::vector<std::string> storyNames() {
  std::vector<std::string> names;
  for (const std::string &path : filesBelow("examples", {"/bug.c"}))
    names.push_back(llvm::StringRef(path).drop_front(sizeof("examples/") - 1).split('/').first.str());
  return names;
}

/// The checks that report anything in one file of a story.
std::set<std::string> checksReporting(const std::string &story, const std::string &file) {
  TemporaryDirectory folder;
  const ProgramResult run = runProgram(
      "kmem-tidy", {"--report=jsonl=" + folder.path("out.jsonl"), "--cache-dir=" + folder.path("cache"),
                    "--source-root=" + projectPath("examples"), projectPath("examples/" + story + "/" + file), "--",
                    "-O2", "-nostdinc", "-D__KERNEL__", "-I" + stubHeaders()});
  EXPECT_TRUE(run.exitCode == 0 || run.exitCode == 1) << run.exitCode << run.err;
  const std::vector<std::string> checks = valuesOf(readFile(folder.path("out.jsonl")), "check");
  return {checks.begin(), checks.end()};
}

std::string checkNamedByReadme(const std::string &story) {
  for (const std::string &line : linesOf(projectPath("examples/" + story + "/README.md")))
    if (llvm::StringRef rest = line; rest.consume_front("Found by: `"))
      return rest.split('`').first.str();
  return "";
}

class Stories : public testing::TestWithParam<std::string> {};

TEST_P(Stories, bugIsFoundAndFixAccepted) {
  const std::set<std::string> expected = {checkNamedByReadme(GetParam())};
  EXPECT_EQ(checksReporting(GetParam(), "bug.c"), expected);
  EXPECT_EQ(checksReporting(GetParam(), "fixed.c"), std::set<std::string>{});
}

TEST(Demo, endsWithEveryFindingConfirmed) {
  const ProgramResult run = runExecutable(projectPath("examples/run"),
                                          {KMEM_BINARY_DIR "/kmem-tidy", KMEM_BINARY_DIR "/kmem-replay"}, patienceS);
  EXPECT_EQ(run.exitCode, 0) << run.err << run.out;
  const llvm::StringRef replayed = llvm::StringRef(run.out).split("run on a simulated kernel").second;
  EXPECT_EQ(replayed.count("\nverdict: confirmed "), storyNames().size()) << run.out;
  EXPECT_EQ(replayed.count("\nverdict: "), storyNames().size()) << run.out;
}

INSTANTIATE_TEST_SUITE_P(, Stories, testing::ValuesIn(storyNames()),
                         [](const testing::TestParamInfo<std::string> &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace
} // namespace kmem::test
