// kmem-replay explain: the story of a finding that is confirmed, word for word, and of one that is not.
#include "core/finding/read_findings.h"
#include "tests/support/program_run.h"
#include "tests/support/project_files.h"
#include "tests/support/replayed_cases.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

class Explain : public testing::Test {
protected:
  /// The stories of what kmem-tidy finds in a case.
  ProgramResult explain(const std::string &file, std::vector<std::string> tidyOptions = {}) const {
    Case c;
    c.files = {file};
    const std::string findings = folder.path("f.jsonl");
    tidyOptions.insert(tidyOptions.end(),
                       {"--quiet", "--report=jsonl=" + findings, "--cache-dir=" + folder.path("cache")});
    runProgram("kmem-tidy", commandLine(c, tidyOptions));
    const std::vector<Finding> all = llvm::cantFail(readFindings(findings));
    if (all.empty())
      return {};
    return runProgram("kmem-replay", commandLine(c, {"explain", findings, all.front().fingerprint.substr(0, 8)}));
  }

  TemporaryDirectory folder;
};

TEST_F(Explain, tellsAConfirmedFindingAsItAlwaysDid) {
  const ProgramResult story = explain("kmem-atomic-gfp/bad_ops_assigned.c");
  EXPECT_EQ(story.exitCode, 1) << story.err;
  // The call trace names files as the compiler was told them.
  EXPECT_EQ(story.out.substr(0, story.out.find("Call Trace:")), readFile(projectPath("tests/replay/explain.expected")));
}

TEST_F(Explain, saysWhatWasSearchedWhenNothingIsConfirmed) {
  const ProgramResult story =
      explain("kmem-mismatched-free/good_matching.c", {"--suspect", "--checks=-*,kmem-mismatched-free"});
  EXPECT_EQ(story.exitCode, 0) << story.err;
  EXPECT_NE(story.out.find("\nWhat was searched\n  from "), std::string::npos) << story.out;
}

TEST_F(Explain, aFingerprintOfNoFindingIsWrongUsage) {
  const std::string empty = folder.write("none.jsonl", "");
  const ProgramResult story = runProgram("kmem-replay", {"explain", empty, "ab"});
  EXPECT_EQ(story.exitCode, 2);
  EXPECT_EQ(story.err, "kmem-replay: error: no finding has a fingerprint that begins with ab\n");
}

} // namespace
} // namespace kmem::test
