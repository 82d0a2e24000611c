// kmem-tidy --suspect finds something to replay in every good case, by the case's own check.
#include "core/finding/read_findings.h"
#include "tests/checks/recipe_laws.h"
#include "tests/support/case_file.h"
#include "tests/support/program_run.h"
#include "tests/support/project_files.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace kmem::test {
namespace {

/// The files of all good cases that are compiled with the same flags: one run serves them all.
using FilesByFlags = std::map<std::vector<std::string>, std::vector<std::string>>;

std::vector<Case> goodCases() {
  std::vector<Case> cases;
  for (const std::string &name : caseNames())
    if (Case c = readCase(name); !c.isBad())
      cases.push_back(std::move(c));
  return cases;
}

std::vector<Finding> suspicionsIn(const std::vector<std::string> &files, const std::vector<std::string> &flags) {
  TemporaryDirectory folder;
  std::vector<std::string> arguments = {"--suspect", "--report=jsonl=" + folder.path("findings.jsonl"),
                                        "--cache-dir=" + folder.path("cache"),
                                        "--source-root=" + projectPath("tests/checks")};
  for (const std::string &file : files)
    arguments.push_back(projectPath("tests/checks/" + file));
  arguments.insert(arguments.end(), {"--", "-O2", "-nostdinc", "-D__KERNEL__", "-I" + stubHeaders()});
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const ProgramResult run = runProgram("kmem-tidy", arguments);
  EXPECT_EQ(run.exitCode, 1) << run.err;
  auto findings = readFindings(folder.path("findings.jsonl"));
  if (findings)
    return *findings;
  ADD_FAILURE() << llvm::toString(findings.takeError());
  return {};
}

std::vector<Finding> suspicionsInAll(const std::vector<Case> &cases) {
  FilesByFlags files;
  for (const Case &c : cases)
    llvm::append_range(files[c.flags], c.files);
  std::vector<Finding> all;
  for (const auto &[flags, sameFlags] : files)
    llvm::append_range(all, suspicionsIn(sameFlags, flags));
  return all;
}

TEST(Suspicions, everyGoodCaseHasOneOfItsOwnCheck) {
  const std::vector<Case> cases = goodCases();
  const std::vector<Finding> suspicions = suspicionsInAll(cases);
  for (const Case &c : cases)
    EXPECT_TRUE(llvm::any_of(suspicions, [&](const Finding &finding) {
      return finding.check == c.check() && llvm::is_contained(c.files, finding.location.file);
    })) << c.name;
}

TEST(Suspicions, areDoubtfulAndSayHowToReplayThem) {
  std::set<std::tuple<std::string, SourceLocation, std::string>> sites;
  for (const Finding &finding : suspicionsInAll(goodCases())) {
    EXPECT_EQ(finding.confidence, Confidence::Low);
    EXPECT_TRUE(llvm::StringRef(finding.message).starts_with("only suspected: ")) << finding.message;
    ASSERT_TRUE(finding.replay);
    expectSound(*finding.replay);
    EXPECT_TRUE(sites.emplace(finding.check, finding.location, finding.message).second)
        << finding.location.file << ":" << finding.location.line << ": " << finding.message << " twice";
  }
}

} // namespace
} // namespace kmem::test
