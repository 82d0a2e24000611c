// The same findings give the same bytes, again and with any number of processes.
#include "tests/support/replayed_cases.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

/// A few cases, all kinds of contexts.
constexpr char prefix[] = "kmem-atomic-vmalloc/";

std::vector<std::string> jsonlWith(const std::string &jobs) {
  std::vector<std::string> all;
  for (const std::string &name : caseNames())
    if (llvm::StringRef(name).starts_with(prefix))
      all.push_back(replay(readCase(name), {"--suspect", "--checks=-*,kmem-atomic-vmalloc"}, {jobs}).jsonl);
  return all;
}

TEST(Determinism, verdictsAreTheSameBytes) {
  const std::vector<std::string> once = jsonlWith("-j1");
  ASSERT_FALSE(once.empty());
  EXPECT_GT(once.front().size(), 1000u);
  EXPECT_TRUE(once == jsonlWith("-j1")) << "another run";
  EXPECT_TRUE(once == jsonlWith("-j2")) << "two processes";
}

} // namespace
} // namespace kmem::test
