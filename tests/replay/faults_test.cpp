// kmem-replay --inject and --explore-faults. A case below tests/replay/faults says what breaks when an allocation
// fails:
//   // fault: kmem-fault-leak     on the line of the finding
#include "core/finding/read_findings.h"
#include "tests/support/case_file.h"
#include "tests/support/program_run.h"
#include "tests/support/project_files.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

std::vector<std::string> caseFiles() { return filesBelow("tests/replay/faults", {".c"}); }

using Fault = std::pair<std::string, unsigned>; ///< check and line

std::set<Fault> expectedIn(const std::string &file) {
  std::set<Fault> faults;
  const std::vector<std::string> lines = linesOf(projectPath(file));
  for (size_t i = 0; i < lines.size(); ++i)
    if (const llvm::StringRef check = llvm::StringRef(lines[i]).split("// fault: ").second; !check.empty())
      faults.emplace(check.trim().str(), unsigned(i + 1));
  return faults;
}

class Faults : public testing::Test {
protected:
  ProgramResult run(const char *program, std::vector<std::string> arguments, const std::string &file) const {
    arguments.insert(arguments.end(), {"--source-root=" + projectPath(""), projectPath(file), "--", "-O2", "-nostdinc",
                                       "-D__KERNEL__", "-I" + stubHeaders()});
    return runProgram(program, arguments);
  }
  std::vector<Finding> replay(const std::string &file, std::vector<std::string> options) const {
    run("kmem-tidy", {"--quiet", "--report=jsonl=" + folder.path("f.jsonl"), "--cache-dir=" + folder.path("cache")},
        file);
    options.insert(options.end(), {"--quiet", "--report=jsonl", folder.path("f.jsonl")});
    const ProgramResult result = run("kmem-replay", options, file);
    EXPECT_NE(result.exitCode, 2) << result.err;
    return llvm::cantFail(parseFindings(result.out, file));
  }

  TemporaryDirectory folder;
};

TEST_F(Faults, whatBreaksIsFoundAndNothingElse) {
  for (const std::string &file : caseFiles()) {
    std::set<Fault> found;
    for (const Finding &finding : replay(file, {"--explore-faults"})) {
      if (!llvm::StringRef(finding.check).starts_with("kmem-fault-"))
        continue;
      found.emplace(finding.check, finding.location.line);
      EXPECT_EQ(finding.verdict->result, Verdict::Result::Confirmed);
      EXPECT_EQ(finding.trace.size(), 2u);
    }
    EXPECT_EQ(found, expectedIn(file)) << file;
  }
}

/// The site of the leak case is its second allocation.
TEST_F(Faults, injectionFailsTheNthRequestAndNoOther) {
  const std::string file = "tests/replay/faults/leak.c";
  auto result = [&](const char *inject) {
    const std::vector<Finding> findings = replay(file, {std::string("--inject=") + inject});
    return findings.size() == 1 ? toString(findings.front().verdict->result).str() : "";
  };
  EXPECT_NE(result("failslab:nth=1"), "confirmed") << "the first allocation fails, and the site is not reached";
  EXPECT_EQ(result("failslab:nth=2"), "confirmed");
  EXPECT_EQ(result("failslab:nth=3"), "confirmed");
}

TEST_F(Faults, wrongInjectionsSayWhatIsWrong) {
  const std::pair<const char *, const char *> cases[] = {
      {"slab:nth=1", "unknown capability 'slab'"},           {"failslab", "says nothing of what is to fail"},
      {"failslab:nth=0", "nth=0: expected a number from 1"}, {"failslab:min-order=1", "has no parameter 'min-order'"},
      {"fail_page_alloc:nth=x", "nth=x: expected a number"}, {"failslab:nth=1,nth=2", "has nth twice"},
  };
  for (const auto &[inject, problem] : cases) {
    const ProgramResult result = runProgram("kmem-replay", {std::string("--inject=") + inject, "x.jsonl"});
    EXPECT_EQ(result.exitCode, 2) << inject;
    EXPECT_NE(result.err.find(problem), std::string::npos) << result.err;
  }
}

} // namespace
} // namespace kmem::test
