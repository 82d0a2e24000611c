// Runs kmem-tidy and then kmem-replay on the cases below tests/checks: one run of each serves all cases of a check that
// are compiled with the same flags.
#pragma once

#include "core/finding/finding.h"
#include "tests/support/case_file.h"

namespace kmem::test {

/// Cases that one run serves.
struct CaseGroup {
  std::vector<std::string> files; ///< relative to tests/checks
  std::vector<std::string> flags;
  std::set<Expected> expected;
};

/// The ids of the checks that have cases, sorted.
std::vector<std::string> checksWithCases();
/// The bad or the good cases of a check.
std::vector<CaseGroup> casesOf(llvm::StringRef check, bool areBad);

struct Replayed {
  std::vector<Finding> findings; ///< with their verdicts
  std::string jsonl;             ///< as kmem-replay wrote them
};

/// What kmem-tidy, with these options, finds in the group, as kmem-replay with its options answers. Failures of a
/// program fail the test.
Replayed replay(const CaseGroup &group, const std::vector<std::string> &tidyOptions,
                const std::vector<std::string> &replayOptions = {});

} // namespace kmem::test
