#include "runtime/fault/decision_log.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {
using namespace kmem::sim;

DecisionLog logOf(const std::vector<std::pair<Question, bool>> &decisions) {
  DecisionLog log;
  for (const auto &[question, answer] : decisions)
    log.append(question, answer);
  return log;
}

TEST(DecisionLog, numbersAFailureAmongItsKindAndAmongAll) {
  const Question slab{.point = DecisionPoint::Slab, .gfp = 0xcc0, .size = 64};
  const Question page{.point = DecisionPoint::PageAlloc, .gfp = 0x820, .order = 2, .size = 16384};
  const DecisionLog log = logOf({{slab, false}, {page, false}, {slab, false}, {page, true}});
  ASSERT_EQ(log.failureCount(), 1u);
  EXPECT_EQ(log.failure(0), (Failure{DecisionPoint::PageAlloc, false, 2, 0x820, 16384, 2, 4}));
  EXPECT_EQ(log.text(), "page-alloc 2 at 4 gfp 0x820 order 2 size 16384\nasked slab 2\nasked page-alloc 2\n");
}

TEST(DecisionLog, copyIsASnapshot) {
  DecisionLog log;
  const Question slab{.point = DecisionPoint::Slab};
  log.append(slab, true);
  const DecisionLog before = log;
  log.append(slab, true);
  EXPECT_EQ(before.failureCount(), 1u);
  EXPECT_FALSE(before == log);
}

TEST(DecisionLog, namesEveryPoint) {
  for (unsigned i = 0; i < decisionPointCount; ++i)
    EXPECT_EQ(decisionPointNamed(nameOf(DecisionPoint(i))), DecisionPoint(i));
  EXPECT_EQ(decisionPointNamed("slabs"), std::nullopt);
}

RC_GTEST_PROP(DecisionLog, parsesWhatItPrints, ()) {
  DecisionLog log;
  for (unsigned i = *rc::gen::inRange(0u, 40u); i > 0; --i) {
    Question question{.point = DecisionPoint(*rc::gen::inRange(0u, decisionPointCount))};
    question.gfp = *rc::gen::arbitrary<Gfp>();
    question.order = *rc::gen::inRange(0u, 11u);
    question.size = *rc::gen::arbitrary<uint64_t>();
    question.cacheMarked = *rc::gen::arbitrary<bool>();
    log.append(question, *rc::gen::arbitrary<bool>());
  }
  std::string problem;
  const std::optional<DecisionLog> parsed = DecisionLog::parse(log.text(), problem);
  RC_ASSERT(problem == "");
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == log);
  RC_ASSERT(parsed->text() == log.text());
}

struct BadLog {
  const char *text;
  const char *problem;
};
class BadLogs : public testing::TestWithParam<BadLog> {};

TEST_P(BadLogs, areRefusedWithTheirLine) {
  std::string problem;
  EXPECT_EQ(DecisionLog::parse(GetParam().text, problem), std::nullopt);
  EXPECT_EQ(problem, GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(
    DecisionLog, BadLogs,
    testing::Values(BadLog{"slab", "line 1: expected a point and a number"},
                    BadLog{"# note\nslub 1 at 1 gfp 0x0 order 0 size 8\n", "line 2: no decision is called \"slub\""},
                    BadLog{"slab 1 at 1 gfp 0x0 order 0\nasked slab 1\n",
                           "line 1: expected \"POINT NUMBER at NUMBER gfp FLAGS order NUMBER size NUMBER\""},
                    BadLog{"asked slab 1\nasked slab 2\n", "line 2: expected one \"asked POINT COUNT\" for each point"},
                    BadLog{"asked slab -1\n", "line 1: expected one \"asked POINT COUNT\" for each point"},
                    BadLog{"slab 2 at 2 gfp 0x0 order 0 size 8\nslab 1 at 3 gfp 0x0 order 0 size 8\nasked slab 9\n",
                           "the failures are not in order"},
                    BadLog{"slab 3 at 3 gfp 0x0 order 0 size 8\nasked slab 2\n",
                           "more failures than questions about \"slab\""}),
    [](const auto &info) { return "bad" + std::to_string(info.index); });

} // namespace
