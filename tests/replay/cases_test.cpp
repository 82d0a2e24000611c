// kmem-replay on every case of the checks: each bug is confirmed; what a good case is only suspected of never is.
#include "tests/support/replayed_cases.h"

#include "llvm/ADT/STLExtras.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

std::string nameOf(const testing::TestParamInfo<std::string> &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

std::set<Expected> placesWith(const std::vector<Finding> &findings, Verdict::Result result) {
  std::set<Expected> places;
  for (const Finding &finding : findings)
    if (finding.verdict && finding.verdict->result == result)
      places.emplace(finding.check, finding.location.file, finding.location.line);
  return places;
}

std::set<Expected> without(const std::set<Expected> &all, const std::set<Expected> &some) {
  std::set<Expected> rest;
  llvm::copy_if(all, std::inserter(rest, rest.end()), [&](const Expected &e) { return !some.contains(e); });
  return rest;
}

std::set<Expected> both(const std::set<Expected> &a, const std::set<Expected> &b) { return without(a, without(a, b)); }

std::string verdictsAt(const std::set<Expected> &places, const std::vector<Finding> &findings) {
  std::string text;
  for (const auto &[check, file, line] : places) {
    text += file + ":" + std::to_string(line) + " " + check + "\n";
    for (const Finding &finding : findings)
      if (finding.check == check && finding.location.file == file && finding.location.line == line && finding.verdict)
        text += "    " + finding.message + "\n    " + finding.verdict->grade + ": " + finding.verdict->reason + "\n";
  }
  return text;
}

std::vector<std::string> casesThatAre(bool bad) {
  std::vector<std::string> names;
  for (const std::string &name : caseNames())
    if (llvm::StringRef(name).split('/').second.starts_with("bad_") == bad)
      names.push_back(name);
  return names;
}

class BadCases : public testing::TestWithParam<std::string> {};

TEST_P(BadCases, areConfirmed) {
  const Case c = readCase(GetParam());
  const std::vector<Finding> findings = replay(c, {}).findings;
  const std::set<Expected> missing = without(c.expected, placesWith(findings, Verdict::Result::Confirmed));
  EXPECT_TRUE(missing.empty()) << verdictsAt(missing, findings);
  EXPECT_TRUE(both(c.expected, placesWith(findings, Verdict::Result::Refuted)).empty()) << "a true bug is refuted";
}

INSTANTIATE_TEST_SUITE_P(, BadCases, testing::ValuesIn(casesThatAre(true)), nameOf);

class GoodCases : public testing::TestWithParam<std::string> {};

TEST_P(GoodCases, areNotConfirmedWhenSuspected) {
  const Case c = readCase(GetParam());
  const std::vector<Finding> findings = replay(c, {"--suspect", "--checks=-*," + c.check()}).findings;
  EXPECT_FALSE(findings.empty());
  const std::set<Expected> confirmed = placesWith(findings, Verdict::Result::Confirmed);
  EXPECT_TRUE(confirmed.empty()) << verdictsAt(confirmed, findings);
}

INSTANTIATE_TEST_SUITE_P(, GoodCases, testing::ValuesIn(casesThatAre(false)), nameOf);

} // namespace
} // namespace kmem::test
