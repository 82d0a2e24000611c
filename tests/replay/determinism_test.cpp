// The same findings give the same bytes, again and with any number of processes.
#include "tests/support/replayed_cases.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

constexpr char check[] = "kmem-atomic-vmalloc"; ///< few cases, all kinds of contexts

std::vector<std::string> jsonlWith(const std::string &jobs) {
  std::vector<std::string> all;
  for (bool areBad : {true, false})
    for (const CaseGroup &group : casesOf(check, areBad))
      all.push_back(replay(group, {"--suspect", std::string("--checks=-*,") + check}, {jobs}).jsonl);
  return all;
}

TEST(Determinism, verdictsAreTheSameBytes) {
  const std::vector<std::string> once = jsonlWith("-j1");
  EXPECT_GT(once.front().size(), 1000u);
  EXPECT_EQ(once, jsonlWith("-j1"));
  EXPECT_EQ(once, jsonlWith("-j2"));
}

} // namespace
} // namespace kmem::test
