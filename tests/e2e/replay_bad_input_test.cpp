// kmem-replay says what is wrong with its input in one clear line, with the documented exit code; a finding that cannot
// be run says why in its verdict, and the others go on.
#include "core/finding/read_findings.h"
#include "tests/support/small_tree.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

constexpr int nothingConfirmed = 0, someConfirmed = 1, usage = 2, someFailed = 3;

class ReplayBadInput : public testing::Test {
protected:
  ReplayBadInput() { tree.addUnit("a.c", lockedAllocation("a")); }

  /// What kmem-tidy finds in the tree, as a file.
  std::string findings() {
    const ProgramResult run = tree.tidy({"--quiet", "--report=jsonl=" + tree.path("findings.jsonl")});
    EXPECT_EQ(run.exitCode, 1) << run.err;
    return tree.path("findings.jsonl");
  }
  ProgramResult replay(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"-p", tree.path(), "--source-root=" + tree.path()});
    return runProgram("kmem-replay", arguments);
  }
  ProgramResult replayToJsonl(const std::string &file) const {
    return replay({"--quiet", "--report=jsonl=" + tree.path("verdicts.jsonl"), file});
  }
  std::vector<Verdict> verdicts() const {
    std::vector<Verdict> all;
    for (const Finding &finding : llvm::cantFail(readFindings(tree.path("verdicts.jsonl"))))
      all.push_back(finding.verdict.value_or(Verdict{}));
    return all;
  }
  void expectUsageError(const ProgramResult &run, llvm::StringRef words) const {
    EXPECT_EQ(run.exitCode, usage);
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(llvm::StringRef(run.err).count('\n'), 1u) << run.err;
    EXPECT_TRUE(llvm::StringRef(run.err).starts_with("kmem-replay: error: ")) << run.err;
    EXPECT_TRUE(llvm::StringRef(run.err).contains(words)) << run.err;
  }
  /// The only finding could not be run, and its verdict says why.
  void expectNotRun(const ProgramResult &run, llvm::StringRef why) const {
    EXPECT_EQ(run.exitCode, someFailed) << run.err;
    ASSERT_EQ(verdicts().size(), 1u);
    EXPECT_EQ(verdicts().front().result, Verdict::Result::Unknown);
    EXPECT_TRUE(llvm::StringRef(verdicts().front().reason).contains(why)) << verdicts().front().reason;
  }
  SmallTree tree;
};

TEST_F(ReplayBadInput, theCommandLine) {
  expectUsageError(replay({}), "which file of findings?");
  expectUsageError(replay({"--report=papyrus", findings()}), "unknown format 'papyrus'");
  expectUsageError(replay({"--limit=0", findings()}), "--limit");
  expectUsageError(replay({findings(), "a.c"}), "unexpected \"a.c\"");
}

TEST_F(ReplayBadInput, noFindingsFile) {
  expectUsageError(replay({tree.path("gone.jsonl")}), tree.path("gone.jsonl") + ": No such file");
}

TEST_F(ReplayBadInput, brokenLine) {
  const std::string file = tree.write("broken.jsonl", readFile(findings()) + "{\"version\": 1, \"check\n");
  expectUsageError(replay({file}), "broken.jsonl:2: ");
}

TEST_F(ReplayBadInput, noDatabase) {
  const TemporaryDirectory empty;
  const ProgramResult run = runProgram("kmem-replay", {"-p", empty.path(), findings()});
  expectUsageError(run, "compile_commands.json");
}

TEST_F(ReplayBadInput, nothingToReplay) {
  EXPECT_EQ(replay({tree.write("empty.jsonl", "")}).exitCode, nothingConfirmed);
}

TEST_F(ReplayBadInput, findingWithoutARecipe) {
  const std::string line = readFile(findings());
  tree.write("old.jsonl", line.substr(0, line.find(",\"replay\":")) + "}\n");
  expectNotRun(replayToJsonl(tree.path("old.jsonl")), "no recipe");
}

TEST_F(ReplayBadInput, unitThatIsNotInTheDatabase) {
  const std::string file = findings();
  SmallTree other;
  other.addUnit("b.c", lockedAllocation("b"));
  expectNotRun(runProgram("kmem-replay", {"-p", other.path(), "--source-root=" + other.path(), "--quiet",
                                          "--report=jsonl=" + tree.path("verdicts.jsonl"), file}),
               "a.c is no translation unit of this build");
}

TEST_F(ReplayBadInput, sourceThatHasMoved) {
  const std::string file = findings();
  tree.write("a.c", "\n" + lockedAllocation("a"));
  expectNotRun(replayToJsonl(file), "the source has moved: no call at a.c:7:6 in a()");
  tree.write("a.c", lockedAllocation("renamed"));
  expectNotRun(replayToJsonl(file), "the source has moved: no function a in a.c");
}

TEST_F(ReplayBadInput, unitThatDoesNotCompile) {
  const std::string file = findings();
  tree.addUnit("b.c", lockedAllocation("b"));
  tree.write("a.c", "int broken(void)\n{\n\treturn nothing;\n}\n");
  expectNotRun(replayToJsonl(file), "a.c:3:9: ");
}

TEST_F(ReplayBadInput, theOthersGoOn) {
  tree.addUnit("b.c", lockedAllocation("b"));
  const std::string file = findings();
  tree.write("a.c", "\n" + lockedAllocation("a"));
  EXPECT_EQ(replayToJsonl(file).exitCode, someFailed) << "it wins over " << someConfirmed;
  ASSERT_EQ(verdicts().size(), 2u);
  EXPECT_EQ(verdicts().front().result, Verdict::Result::Unknown);
  EXPECT_EQ(verdicts().back().result, Verdict::Result::Confirmed);
}

} // namespace
} // namespace kmem::test
