// Runs kmem-tidy and then kmem-replay on a case below tests/checks.
#pragma once

#include "core/finding/finding.h"
#include "tests/support/case_file.h"

namespace kmem::test {

/// Arguments of either program: both take the files and the compiler's flags alike.
std::vector<std::string> commandLine(const Case &c, const std::vector<std::string> &options);

struct Replayed {
  std::vector<Finding> findings; ///< with their verdicts
  std::string jsonl;             ///< as kmem-replay wrote them
};

/// What kmem-tidy, with these options, finds in the case, as kmem-replay with its options answers. Failures of a
/// program fail the test.
Replayed replay(const Case &c, const std::vector<std::string> &tidyOptions,
                const std::vector<std::string> &replayOptions = {});

} // namespace kmem::test
