// What a path knows: ranges, aliases, and what survives where paths meet.
#include "checker/extract/path_facts.h"

#include <gtest/gtest.h>

namespace kmem::extract {
namespace {

using summary::FunctionSummary;

class PathFactsTest : public testing::Test {
protected:
  FunctionSummary function;
  ExprPool pool{function};
  PathFacts facts{pool};
  ExprId x = pool.leaf(ExprKind::Parameter, 0, 32);
  ExprId y = pool.leaf(ExprKind::Parameter, 1, 32);
  ExprId number(int64_t value) { return pool.constant(value, 32); }
};

TEST_F(PathFactsTest, AComparisonDecidesTheSameComparison) {
  ExprId isZero = pool.compare(Predicate::Eq, x, number(0));
  EXPECT_EQ(facts.decide(isZero), -1);
  ASSERT_TRUE(facts.assume(isZero, true));
  EXPECT_EQ(facts.decide(isZero), 1);
  EXPECT_EQ(facts.decide(pool.compare(Predicate::Ugt, x, number(3))), 0);
  EXPECT_FALSE(facts.assume(isZero, false));
}

TEST_F(PathFactsTest, ASelectIsItsArmOnceTheConditionIsKnown) {
  ExprId gfp = pool.select(32, pool.compare(Predicate::Ne, x, number(0)), number(0x20), number(0x400));
  EXPECT_EQ(facts.simplify(gfp), gfp);
  ASSERT_TRUE(facts.assume(pool.compare(Predicate::Ne, x, number(0)), true));
  EXPECT_EQ(facts.simplify(gfp), number(0x20));
}

TEST_F(PathFactsTest, BothPartsOfAConjunctionAreLearnt) {
  ExprId both = pool.select(1, pool.compare(Predicate::Ult, x, number(10)), pool.compare(Predicate::Ult, y, number(5)),
                            pool.constant(0, 1));
  ASSERT_TRUE(facts.assume(both, true));
  EXPECT_EQ(facts.rangeOf(x).getUnsignedMax().getZExtValue(), 9u);
  EXPECT_EQ(facts.rangeOf(y).getUnsignedMax().getZExtValue(), 4u);
}

TEST_F(PathFactsTest, WherePathsMeetRangesAreJoinedWhateverTheOrder) {
  PathFacts left = facts, right = facts;
  ASSERT_TRUE(left.assume(pool.compare(Predicate::Ult, x, number(4)), true));
  ASSERT_TRUE(right.assume(pool.compare(Predicate::Ult, x, number(9)), true));
  ASSERT_TRUE(right.assume(pool.compare(Predicate::Eq, y, number(1)), true));
  PathFacts one = left, other = right;
  one.mergeWith(right);
  other.mergeWith(left);
  EXPECT_EQ(one.rangeOf(x).getUnsignedMax().getZExtValue(), 8u);
  EXPECT_EQ(one.rangeOf(x), other.rangeOf(x));
  EXPECT_TRUE(one.rangeOf(y).isFullSet());
  EXPECT_TRUE(other.rangeOf(y).isFullSet());
}

TEST_F(PathFactsTest, ANewValueForgetsWhatWasKnown) {
  ExprId result = pool.leaf(ExprKind::CallResult, 7, 32);
  ASSERT_TRUE(facts.assume(pool.compare(Predicate::Eq, result, number(0)), true));
  facts.forget(result);
  EXPECT_EQ(facts.decide(pool.compare(Predicate::Eq, result, number(0))), -1);
}

TEST_F(PathFactsTest, AStoredConstantGoesAStoredPointerStays) {
  ExprId object = pool.leaf(ExprKind::Parameter, 2, 64);
  ExprId flag = pool.leaf(ExprKind::FieldLoad, 0, 32, pool.name("s.flag"), object);
  ExprId pointer = pool.leaf(ExprKind::FieldLoad, 0, 64, pool.name("s.pointer"), object);
  ExprId allocated = pool.leaf(ExprKind::CallResult, 1, 64);
  facts.setAlias(flag, number(1));
  facts.setAlias(pointer, allocated);
  facts.forgetStoredConstants([](const summary::Expr &e) { return e.kind == ExprKind::FieldLoad; });
  EXPECT_EQ(facts.simplify(flag), flag);
  EXPECT_EQ(facts.simplify(pointer), allocated);
}

TEST_F(PathFactsTest, EvaluationEndsOnDeepDags) {
  ExprId deep = x;
  for (unsigned i = 0; i < 64; ++i)
    deep = pool.select(32, pool.compare(Predicate::Eq, deep, number(int64_t(i))),
                       pool.binary(ExprKind::Add, 32, deep, y), pool.binary(ExprKind::Xor, 32, deep, y));
  EXPECT_EQ(facts.decide(pool.compare(Predicate::Eq, deep, number(0))), -1);
}

} // namespace
} // namespace kmem::extract
