#include "core/finding/finding.h"

#include "gtest/gtest.h"

using namespace kmem;

namespace {

Finding at(const char *file, unsigned line, unsigned column, const char *check) {
  Finding finding;
  finding.location = {file, line, column};
  finding.check = check;
  return finding;
}

TEST(Fingerprint, IsSixteenHexDigits) {
  std::string print = makeFingerprint({"kmem-atomic-gfp", "foo"});
  EXPECT_EQ(print.size(), 16u);
  EXPECT_EQ(print.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Fingerprint, PartsDoNotRunTogether) {
  EXPECT_NE(makeFingerprint({"ab", "c"}), makeFingerprint({"a", "bc"}));
  EXPECT_NE(makeFingerprint({"ab"}), makeFingerprint({"ab", ""}));
  EXPECT_EQ(makeFingerprint({"ab", "c"}), makeFingerprint({"ab", "c"}));
}

TEST(ReportOrder, FileLineColumnCheck) {
  const Finding order[] = {at("a.c", 9, 1, "z"), at("b.c", 1, 9, "z"), at("b.c", 2, 1, "z"), at("b.c", 2, 2, "a"),
                           at("b.c", 2, 2, "b")};
  for (size_t i = 0; i < std::size(order); ++i)
    for (size_t j = 0; j < std::size(order); ++j)
      EXPECT_EQ(reportOrder(order[i], order[j]), i < j) << i << " " << j;
}

TEST(Names, AreTheOnesOfTheSchema) {
  EXPECT_EQ(toString(Severity::Error), "error");
  EXPECT_EQ(toString(Confidence::Low), "low");
  EXPECT_EQ(toString(StepKind::Site), "site");
  EXPECT_EQ(toString(StepKind::Allocate), "allocate");
}

} // namespace
