#include "tests/support/replayed_cases.h"

#include "core/finding/read_findings.h"
#include "tests/support/program_run.h"
#include "tests/support/project_files.h"

#include "llvm/ADT/STLExtras.h"

#include <gtest/gtest.h>

namespace kmem::test {

static constexpr unsigned patienceS = 280; ///< machines that do much besides are slow

std::vector<std::string> commandLine(const Case &c, const std::vector<std::string> &options) {
  std::vector<std::string> all = options;
  all.push_back("--source-root=" + projectPath("tests/checks"));
  for (const std::string &file : c.files)
    all.push_back(projectPath("tests/checks/" + file));
  all.insert(all.end(), {"--", "-O2", "-nostdinc", "-D__KERNEL__", "-I" + stubHeaders()});
  llvm::append_range(all, c.flags);
  return all;
}

static void expectVerdicts(const ProgramResult &run) {
  EXPECT_TRUE(run.exitCode == 0 || run.exitCode == 1) << run.exitCode << "\n" << run.err;
}

Replayed replay(const Case &c, const std::vector<std::string> &tidyOptions,
                const std::vector<std::string> &replayOptions) {
  const TemporaryDirectory folder;
  const std::string found = folder.path("findings.jsonl"), answered = folder.path("verdicts.jsonl");
  std::vector<std::string> tidy = {"--quiet", "--report=jsonl=" + found, "--cache-dir=" + folder.path("cache")};
  llvm::append_range(tidy, tidyOptions);
  expectVerdicts(runProgram("kmem-tidy", commandLine(c, tidy), patienceS));
  std::vector<std::string> replay = {"--quiet", "--report=jsonl=" + answered};
  llvm::append_range(replay, replayOptions);
  replay.push_back(found);
  expectVerdicts(runProgram("kmem-replay", commandLine(c, replay), patienceS));
  auto findings = readFindings(answered);
  if (findings)
    return {std::move(*findings), readFile(answered)};
  ADD_FAILURE() << llvm::toString(findings.takeError());
  return {};
}

} // namespace kmem::test
