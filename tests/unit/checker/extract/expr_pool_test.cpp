// Hash-consing and folding: equal values have equal ids.
#include "checker/extract/expr_pool.h"

#include <gtest/gtest.h>

namespace kmem::extract {
namespace {

class ExprPoolTest : public testing::Test {
protected:
  summary::FunctionSummary function;
  ExprPool pool{function};
  ExprId p = pool.leaf(ExprKind::Parameter, 0, 64);
};

TEST_F(ExprPoolTest, EqualExpressionsAreOne) {
  ExprId mask = pool.constant(0x400, 64);
  EXPECT_EQ(pool.binary(ExprKind::And, 64, p, mask), pool.binary(ExprKind::And, 64, mask, p));
}

TEST_F(ExprPoolTest, ConstantsFold) {
  EXPECT_EQ(pool.binary(ExprKind::Or, 32, pool.constant(3, 32), pool.constant(8, 32)), pool.constant(11, 32));
  EXPECT_EQ(pool.binary(ExprKind::Mul, 64, p, pool.constant(1, 64)), p);
  EXPECT_EQ(pool.cast(pool.constant(-1, 32), 64, /*isSigned=*/true), pool.constant(-1, 64));
}

TEST_F(ExprPoolTest, ABooleanMadeAnIntIsTheBoolean) {
  ExprId test = pool.compare(Predicate::Ult, p, pool.constant(5, 64));
  ExprId asInt = pool.cast(pool.cast(test, 8, false), 32, true);
  EXPECT_EQ(pool.compare(Predicate::Ne, asInt, pool.constant(0, 32)), test);
}

TEST_F(ExprPoolTest, ContainerOfUndoesTheMember) {
  summary::Expr member;
  member.kind = ExprKind::FieldAddress;
  member.name = pool.name("dev.work");
  member.a = p;
  member.value = 24;
  EXPECT_EQ(pool.pointerAdd(pool.intern(member), -24), p);
}

TEST_F(ExprPoolTest, CallersDecideOnlyWhatTheyKnow) {
  ExprId result = pool.leaf(ExprKind::CallResult, 0, 64);
  EXPECT_TRUE(pool.decidableByCaller(pool.binary(ExprKind::And, 64, p, pool.constant(1, 64))));
  EXPECT_FALSE(pool.decidableByCaller(pool.binary(ExprKind::And, 64, p, result)));
}

} // namespace
} // namespace kmem::extract
