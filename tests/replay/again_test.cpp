// kmem-replay --save and again: a confirmed run is run again to the last instruction, or said to have moved.
#include "tests/support/program_run.h"
#include "tests/support/project_files.h"
#include "tests/support/replayed_cases.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

std::vector<std::string> filesIn(const std::string &folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error))
    files.push_back(it->path());
  llvm::sort(files);
  return files;
}

ProgramResult again(const Case &c, const std::string &saved) {
  return runProgram("kmem-replay", commandLine(c, {"--report=jsonl", "again", saved}));
}

/// The bad cases of two checks.
std::vector<std::string> badCases() {
  std::vector<std::string> names;
  for (const std::string &name : caseNames())
    for (llvm::StringRef folder : {"kmem-atomic-gfp/bad_", "kmem-mismatched-free/bad_"})
      if (llvm::StringRef(name).starts_with(folder))
        names.push_back(name);
  return names;
}

class Again : public testing::TestWithParam<std::string> {};

TEST_P(Again, reproducesWhatWasConfirmed) {
  const Case c = readCase(GetParam());
  const TemporaryDirectory folder;
  const Replayed replayed = replay(c, {}, {"--save=" + folder.path("saved")});
  std::set<std::string> confirmed;
  for (const Finding &finding : replayed.findings)
    if (finding.verdict->result == Verdict::Result::Confirmed)
      confirmed.insert(folder.path("saved/" + finding.fingerprint + ".json"));
  const std::vector<std::string> saved = filesIn(folder.path("saved"));
  EXPECT_EQ(std::set(saved.begin(), saved.end()), confirmed);
  for (const std::string &file : saved) {
    const ProgramResult run = again(c, file);
    EXPECT_EQ(run.exitCode, 1) << file << run.err;
    EXPECT_TRUE(llvm::StringRef(replayed.jsonl).contains(run.out)) << "another verdict: " << run.out;
  }
}

INSTANTIATE_TEST_SUITE_P(, Again, testing::ValuesIn(badCases()), [](const auto &info) {
  std::string name = info.param;
  std::replace_if(name.begin(), name.end(), [](char c) { return !llvm::isAlnum(c); }, '_');
  return name;
});

/// A copy of one case whose run is saved.
class SavedCase : public testing::Test {
protected:
  SavedCase() {
    source = folder.write("case.c", readFile(projectPath("tests/checks/kmem-atomic-gfp/bad_bh_disabled.c")));
    run("kmem-tidy", {"--quiet", "--report=jsonl=" + folder.path("f.jsonl"), "--cache-dir=" + folder.path("cache")});
    run("kmem-replay", {"--quiet", "--save=" + folder.path("saved"), folder.path("f.jsonl")});
    const std::vector<std::string> files = filesIn(folder.path("saved"));
    EXPECT_EQ(files.size(), 1u);
    saved = files.empty() ? "" : files.front();
  }
  ProgramResult run(const char *program, std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--source-root=" + folder.path(), source, "--", "-O2", "-nostdinc",
                                       "-D__KERNEL__", "-I" + stubHeaders()});
    return runProgram(program, arguments);
  }

  TemporaryDirectory folder;
  std::string source, saved;
};

TEST_F(SavedCase, isReplayedIdentically) {
  const ProgramResult result = run("kmem-replay", {"again", saved});
  EXPECT_EQ(result.exitCode, 1);
  EXPECT_EQ(result.err, "replayed, identical\n");
}

TEST_F(SavedCase, saysWhenTheSourceHasMoved) {
  folder.write("case.c", "int nothing;\n" + readFile(source));
  const ProgramResult result = run("kmem-replay", {"again", saved});
  EXPECT_EQ(result.exitCode, 3);
  EXPECT_EQ(result.err, "kmem-replay: error: the source has moved: case.c is not what it was\n");
}

TEST_F(SavedCase, saysWhereAFileIsCut) {
  const std::string cut = folder.write("cut.json", readFile(saved).substr(0, 40));
  const ProgramResult result = run("kmem-replay", {"again", cut});
  EXPECT_EQ(result.exitCode, 2);
  EXPECT_TRUE(llvm::StringRef(result.err).starts_with("kmem-replay: error: " + cut + ":")) << result.err;
  EXPECT_EQ(llvm::StringRef(result.err).count('\n'), 1u);
}

TEST_F(SavedCase, saysWhatDiffers) {
  std::string text = readFile(saved);
  const size_t at = text.find("\"instructions\": ") + strlen("\"instructions\": ");
  text.insert(at, "1");
  const ProgramResult result = run("kmem-replay", {"again", folder.write("other.json", text)});
  EXPECT_EQ(result.exitCode, 3);
  EXPECT_TRUE(llvm::StringRef(result.err).contains("not the same")) << result.err;
}

} // namespace
} // namespace kmem::test
