// kmem-tidy --replay, with a script in the place of kmem-replay: what it is asked, and what becomes of its answer.
#include "core/finding/read_findings.h"
#include "tests/support/case_file.h"
#include "tests/support/small_tree.h"

#include "llvm/Support/FileSystem.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kmem::test {
namespace {

/// The start of every stand-in: notes its arguments and finds the two files among them.
constexpr char prologue[] = "#!/bin/sh\n"
                            "here=$(dirname \"$0\")\n"
                            "printf '%s\\n' \"$@\" > \"$here/arguments\"\n"
                            "for a; do\n"
                            "  case $a in --report=jsonl=*) out=${a#--report=jsonl=};; */findings.jsonl) in=$a;; esac\n"
                            "done\n";

/// A script line that answers every finding with a verdict; the one in a() is `first`.
std::string answer(const std::string &first, const std::string &others) {
  auto insert = [](const std::string &result) {
    return "s/}$/,\"verdict\":{\"result\":\"" + result + "\",\"grade\":\"\",\"reason\":\"because\"}}/";
  };
  return "sed -e '/\"function\":\"a\",\"fingerprint\"/" + insert(first) +
         "' -e '/\"function\":\"a\",\"fingerprint\"/!" + insert(others) + "' \"$in\" > \"$out\"\n";
}

class ReplayOption : public testing::Test {
protected:
  ReplayOption() {
    tree.addUnit("a.c", lockedAllocation("a"));
    tree.addUnit("b.c", lockedAllocation("b"));
    EXPECT_FALSE(llvm::sys::fs::copy_file(KMEM_BINARY_DIR "/kmem-tidy", bin.path("kmem-tidy")));
    chmod(bin.path("kmem-tidy").c_str(), 0755);
  }
  void standIn(const std::string &script) {
    bin.write("kmem-replay", prologue + script);
    chmod(bin.path("kmem-replay").c_str(), 0755);
  }
  std::vector<std::string> options(std::vector<std::string> more) const {
    std::vector<std::string> all = {"-p", tree.path(), "--source-root=" + tree.path(),
                                    "--cache-dir=" + tree.path("cache"), "--replay"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  ProgramResult tidy(std::vector<std::string> more = {}) const {
    return runExecutable(bin.path("kmem-tidy"), options(std::move(more)));
  }
  std::vector<std::string> asked() const {
    llvm::SmallVector<llvm::StringRef> lines;
    const std::string text = readFile(bin.path("arguments"));
    llvm::StringRef(text).split(lines, '\n', -1, false);
    return {lines.begin(), lines.end()};
  }
  SmallTree tree;
  TemporaryDirectory bin;
};

bool contains(const std::vector<std::string> &list, const std::string &item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

TEST_F(ReplayOption, verdictsAreReported) {
  standIn(answer("confirmed", "refuted"));
  const ProgramResult run = tidy({"--report=text", "--report=jsonl=" + tree.path("out.jsonl")});
  EXPECT_EQ(run.exitCode, 1) << run.err;
  EXPECT_NE(run.out.find("verdict: confirmed: because\n"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("verdict: refuted: because\n"), std::string::npos) << run.out;
  auto findings = readFindings(tree.path("out.jsonl"));
  ASSERT_TRUE(bool(findings)) << llvm::toString(findings.takeError());
  ASSERT_EQ(findings->size(), 2u);
  EXPECT_EQ(findings->front().verdict->result, Verdict::Result::Confirmed);
  EXPECT_EQ(findings->back().verdict->result, Verdict::Result::Refuted);
}

TEST_F(ReplayOption, theSameTreeAndFlagsAreHandedOn) {
  standIn(answer("unknown", "unknown"));
  EXPECT_EQ(tidy({"-j3", "--extra-arg=-DX=1"}).exitCode, 1);
  const std::vector<std::string> arguments = asked();
  for (const std::string &expected : {std::string("-p"), tree.path(), "--source-root=" + tree.path(),
                                      std::string("-j3"), std::string("--extra-arg=-DX=1")})
    EXPECT_TRUE(contains(arguments, expected)) << expected;
  EXPECT_EQ(arguments.back().find("/findings.jsonl"), arguments.back().size() - 15);
}

TEST_F(ReplayOption, filesAndFlagsWithoutADatabase) {
  standIn(answer("unknown", "unknown"));
  const ProgramResult run = runExecutable(
      bin.path("kmem-tidy"), {"--replay", "--cache-dir=" + tree.path("other"), "--source-root=" + tree.path(),
                              tree.path("a.c"), "--", "-nostdinc", "-D__KERNEL__", "-I" + stubHeaders()});
  EXPECT_EQ(run.exitCode, 1) << run.err;
  const std::vector<std::string> arguments = asked();
  EXPECT_FALSE(contains(arguments, "-p"));
  ASSERT_GE(arguments.size(), 5u);
  EXPECT_EQ(std::vector<std::string>(arguments.end() - 5, arguments.end()),
            (std::vector<std::string>{tree.path("a.c"), "--", "-nostdinc", "-D__KERNEL__", "-I" + stubHeaders()}));
}

TEST_F(ReplayOption, refutedFindingsDoNotFailTheRun) {
  standIn(answer("refuted", "refuted"));
  EXPECT_EQ(tidy().exitCode, 0);
  standIn(answer("refuted", "unknown"));
  EXPECT_EQ(tidy().exitCode, 1);
}

TEST_F(ReplayOption, onlyConfirmedLeavesOutTheRest) {
  standIn(answer("unknown", "confirmed"));
  const ProgramResult run = tidy({"--only-confirmed", "--report=jsonl"});
  EXPECT_EQ(run.exitCode, 1);
  EXPECT_EQ(valuesOf(run.out, "function"), std::vector<std::string>{"b"});
  EXPECT_NE(run.err.find("; 1 not confirmed."), std::string::npos) << run.err;
  standIn(answer("unknown", "unknown"));
  EXPECT_EQ(tidy({"--only-confirmed"}).exitCode, 0);
}

TEST_F(ReplayOption, onlyConfirmedNeedsReplay) {
  const ProgramResult run = runProgram("kmem-tidy", {"-p", tree.path(), "--only-confirmed"});
  EXPECT_EQ(run.exitCode, 2);
  EXPECT_NE(run.err.find("--only-confirmed needs --replay"), std::string::npos) << run.err;
}

TEST_F(ReplayOption, unitsThatReplayCannotCompileAreItsAffair) {
  standIn(answer("unknown", "confirmed") + "exit 3\n");
  EXPECT_EQ(tidy().exitCode, 1);
}

TEST_F(ReplayOption, nothingIsAskedWhenNothingIsFound) {
  standIn("exit 2\n");
  EXPECT_EQ(tidy({"--checks=-*,kmem-mismatched-free"}).exitCode, 0);
}

TEST_F(ReplayOption, aMissingProgramIsSaidAtOnce) {
  const ProgramResult run = tidy();
  EXPECT_EQ(run.exitCode, 2);
  EXPECT_EQ(run.err, "kmem-tidy: error: --replay: there is no program " + bin.path("kmem-replay") + "\n");
}

TEST_F(ReplayOption, aFailureIsOneError) {
  const std::pair<std::string, std::string> failures[] = {
      {"echo broken >&2; exit 2\n", "--replay: kmem-replay failed with exit code 2\n"},
      {"kill -SEGV $$\n", "--replay: kmem-replay was ended by signal 11\n"},
      {"exit 0\n", "--replay: kmem-replay gave no verdicts: "},
      {"echo '{' > \"$out\"\n", "--replay: kmem-replay gave no verdicts: "},
      {"head -n1 \"$in\" > \"$out\"\n", "--replay: kmem-replay answered with other findings than it was given\n"},
  };
  for (const auto &[script, message] : failures) {
    standIn(script);
    const ProgramResult run = tidy();
    EXPECT_EQ(run.exitCode, 2) << script;
    EXPECT_NE(run.err.find(message), std::string::npos) << script << run.err;
    EXPECT_EQ(run.out, "") << script;
  }
}

constexpr unsigned patienceMs = 60'000;
constexpr int interruptedCode = 130;

/// A signal to kmem-tidy alone: from a terminal the child would have it already.
TEST_F(ReplayOption, anInterruptIsPassedOn) {
  standIn("trap 'echo got it > \"$here/trapped\"; exit 130' INT\n"
          "touch \"$here/started\"\nwhile :; do sleep 0.05; done\n");
  const std::vector<std::string> words = options({"--quiet"});
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char *> argv{const_cast<char *>("kmem-tidy")};
    for (const std::string &word : words)
      argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    execv(bin.path("kmem-tidy").c_str(), argv.data());
    _exit(99);
  }
  ASSERT_GT(child, 0);
  for (unsigned waited = 0; waited < patienceMs && !llvm::sys::fs::exists(bin.path("started")); ++waited)
    usleep(1000);
  kill(child, SIGINT);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), interruptedCode);
  EXPECT_EQ(readFile(bin.path("trapped")), "got it\n");
}

} // namespace
} // namespace kmem::test
