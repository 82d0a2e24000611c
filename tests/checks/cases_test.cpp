// Runs kmem-tidy on every case below tests/checks and compares the findings with the expectations in the files.
#include "core/finding/read_findings.h"
#include "tests/checks/recipe_laws.h"
#include "tests/support/case_file.h"
#include "tests/support/program_run.h"
#include "tests/support/project_files.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

namespace kmem::test {
namespace {

std::set<Expected> placesOf(llvm::ArrayRef<Finding> findings) {
  std::set<Expected> places;
  for (const Finding &finding : findings)
    places.emplace(finding.check, finding.location.file, finding.location.line);
  return places;
}

std::vector<std::string> argumentsFor(const Case &c, const TemporaryDirectory &folder) {
  std::vector<std::string> arguments = {"--report=jsonl=" + folder.path("findings.jsonl"),
                                        "--cache-dir=" + folder.path("cache"),
                                        "--source-root=" + projectPath("tests/checks")};
  for (const std::string &file : c.files)
    arguments.push_back(projectPath("tests/checks/" + file));
  arguments.insert(arguments.end(), {"--", "-O2", "-nostdinc", "-D__KERNEL__", "-I" + stubHeaders()});
  arguments.insert(arguments.end(), c.flags.begin(), c.flags.end());
  return arguments;
}

std::string list(const std::set<Expected> &findings) {
  std::string text;
  for (const auto &[check, file, line] : findings)
    text += "  " + file + ":" + std::to_string(line) + " " + check + "\n";
  return text;
}

std::set<Expected> without(const std::set<Expected> &all, const std::set<Expected> &some) {
  std::set<Expected> rest;
  llvm::copy_if(all, std::inserter(rest, rest.end()), [&](const Expected &e) { return !some.contains(e); });
  return rest;
}

class Cases : public testing::TestWithParam<std::string> {};

TEST_P(Cases, areReportedAsExpected) {
  const Case c = readCase(GetParam());
  TemporaryDirectory folder;
  const ProgramResult run = runProgram("kmem-tidy", argumentsFor(c, folder));
  auto findings = readFindings(folder.path("findings.jsonl"));
  ASSERT_TRUE(bool(findings)) << llvm::toString(findings.takeError());
  const std::set<Expected> found = placesOf(*findings);
  ASSERT_EQ(run.exitCode, found.empty() ? 0 : 1) << run.err << run.out;
  EXPECT_EQ(found, c.expected) << "missed:\n"
                               << list(without(c.expected, found)) << "not expected:\n"
                               << list(without(found, c.expected)) << run.out;
  for (const Finding &finding : *findings) {
    ASSERT_TRUE(finding.replay) << finding.check;
    expectSound(*finding.replay);
    expectAtomic(*finding.replay);
  }
}

INSTANTIATE_TEST_SUITE_P(, Cases, testing::ValuesIn(caseNames()), [](const testing::TestParamInfo<std::string> &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
});

TEST(CaseFiles, sayWhatTheirNamesSay) {
  std::map<std::string, std::pair<unsigned, unsigned>> perCheck;
  for (const std::string &name : caseNames()) {
    const Case c = readCase(name);
    auto &[bad, good] = perCheck[c.check()];
    ++(c.isBad() ? bad : good);
    const bool expectsOwn = llvm::any_of(c.expected, [&](const Expected &e) { return std::get<0>(e) == c.check(); });
    EXPECT_EQ(c.isBad(), expectsOwn) << name;
    EXPECT_TRUE(c.isBad() || c.expected.empty()) << name << " is good and expects findings";
  }
  for (const auto &[check, counts] : perCheck) {
    EXPECT_GT(counts.first, 0u) << check << " has no bad case";
    EXPECT_GT(counts.second, 0u) << check << " has no good case";
  }
}

} // namespace
} // namespace kmem::test
