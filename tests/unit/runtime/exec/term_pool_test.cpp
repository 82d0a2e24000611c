#include "runtime/exec/assignment.h"
#include "runtime/exec/term_bounds.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {
using namespace kmem::replay;

constexpr unsigned variables = 3;

/// A term built step by step, and what it must come to: computed beside it, without the pool's simplifications.
struct Tracked {
  TermRef term;
  uint64_t value;
};

Tracked randomTerm(TermPool &pool, const Assignment &values, unsigned width, unsigned depth) {
  auto sub = [&](unsigned w) { return randomTerm(pool, values, w, depth - 1); };
  const unsigned kind = depth == 0 ? *rc::gen::inRange(0u, 2u) : *rc::gen::inRange(0u, 8u);
  switch (kind) {
  case 0: {
    const auto value =
        *rc::gen::elementOf(std::vector<uint64_t>{0, 1, 2, 7, 0x80, ~uint64_t(0), *rc::gen::arbitrary<uint64_t>()});
    return {pool.constant(value, width), truncated(value, width)};
  }
  case 1: {
    const unsigned which = *rc::gen::inRange(0u, variables);
    const TermRef variable = pool.termOf(which);
    return {pool.extract(variable, 0, width), truncated(values[which], width)};
  }
  case 2: {
    const Tracked condition = sub(1), then = sub(width), otherwise = sub(width);
    return {pool.ite(condition.term, then.term, otherwise.term), condition.value ? then.value : otherwise.value};
  }
  case 3: {
    if (width == 1) { // a comparison
      const Op op = Op(*rc::gen::inRange(int(Op::Eq), int(Op::Sle) + 1));
      const unsigned inner = *rc::gen::elementOf(std::vector<unsigned>{1, 8, 17, 64});
      const Tracked a = sub(inner), b = sub(inner);
      return {pool.binary(op, a.term, b.term), computeBinary(op, a.value, b.value, inner)};
    }
    const unsigned low = *rc::gen::inRange(1u, width);
    const Tracked a = sub(width - low), b = sub(low);
    return {pool.concat(a.term, b.term), a.value << low | b.value};
  }
  case 4: {
    const unsigned from = *rc::gen::inRange(1u, width + 1);
    const Tracked a = sub(from);
    if (*rc::gen::arbitrary<bool>())
      return {pool.zext(a.term, width), a.value};
    return {pool.sext(a.term, width), truncated(uint64_t(signExtended(a.value, from)), width)};
  }
  case 5: {
    const unsigned from = *rc::gen::inRange(width, maxWidth + 1), low = *rc::gen::inRange(0u, from - width + 1);
    const Tracked a = sub(from);
    return {pool.extract(a.term, low, width), truncated(a.value >> low, width)};
  }
  default: {
    const Op op = Op(*rc::gen::inRange(int(Op::Add), int(Op::AShr) + 1));
    const Tracked a = sub(width), b = *rc::gen::inRange(0, 8) == 0 ? a : sub(width);
    return {pool.binary(op, a.term, b.term), computeBinary(op, a.value, b.value, width)};
  }
  }
}

RC_GTEST_PROP(TermPool, simplifiesWithoutChangingTheValue, ()) {
  TermPool pool;
  Assignment values;
  for (unsigned i = 0; i < variables; ++i) {
    pool.variable("v" + std::to_string(i), maxWidth);
    values.set(i, *rc::gen::arbitrary<uint64_t>());
  }
  const unsigned width = *rc::gen::elementOf(std::vector<unsigned>{1, 7, 8, 16, 32, 33, 64});
  const Tracked tracked = randomTerm(pool, values, width, 4);
  RC_ASSERT(pool[tracked.term].width == width);
  RC_ASSERT(Evaluation(pool, values).valueOf(tracked.term) == tracked.value);
  RC_ASSERT(tracked.value <= upperBound(pool, tracked.term));
}

TEST(TermPool, comparisonsThatBoundsDecide) {
  TermPool pool;
  const TermRef x = pool.zext(pool.variable("x", 32), 64), y = pool.zext(pool.variable("y", 32), 64);
  const TermRef product = pool.binary(Op::Mul, x, y);
  EXPECT_EQ(upperBound(pool, product), 0xffffffffull * 0xffffffffull);
  EXPECT_TRUE(pool.isTrue(pool.binary(Op::Ult, x, pool.constant(uint64_t(1) << 32, 64))));
  EXPECT_TRUE(pool.isFalse(pool.binary(Op::Ule, pool.constant(uint64_t(1) << 32, 64), x)));
  EXPECT_TRUE(pool.isFalse(pool.binary(Op::Ult, pool.constant(~uint64_t(0) - 1, 64), product)));
  EXPECT_FALSE(pool.isConstant(pool.binary(Op::Ult, pool.constant(0xfffffffe, 64), x)));
  const TermRef masked = pool.binary(Op::And, x, pool.constant(15, 64));
  EXPECT_EQ(upperBound(pool, pool.binary(Op::Add, masked, pool.constant(1, 64))), 16u);
}

TEST(TermBounds, additionsAndProductsOnly) {
  EXPECT_TRUE(staysWithin(255, Op::Add, 200, 55));
  EXPECT_FALSE(staysWithin(255, Op::Add, 200, 56));
  EXPECT_TRUE(staysWithin(~uint64_t(0), Op::Mul, 0xffffffff, 0xffffffff));
  EXPECT_FALSE(staysWithin(~uint64_t(0), Op::Mul, uint64_t(1) << 32, uint64_t(1) << 32));
  EXPECT_FALSE(staysWithin(~uint64_t(0), Op::Sub, 1, 0)) << "may go below 0";
}

TEST(TermPool, equalTermsAreOne) {
  TermPool pool;
  const TermRef x = pool.variable("x", 32), y = pool.variable("y", 32);
  EXPECT_EQ(pool.binary(Op::Add, x, y), pool.binary(Op::Add, y, x));
  EXPECT_EQ(pool.binary(Op::Sub, x, pool.constant(4, 32)), pool.binary(Op::Add, pool.constant(0xfffffffc, 32), x));
  EXPECT_NE(pool.binary(Op::Sub, x, y), pool.binary(Op::Sub, y, x));
}

TEST(TermPool, constantsFold) {
  TermPool pool;
  auto c = [&](uint64_t v) { return pool.constant(v, 8); };
  EXPECT_EQ(pool.binary(Op::SDiv, c(0x80), c(0xff)), c(0x80));
  EXPECT_EQ(pool.binary(Op::UDiv, c(5), c(0)), c(0xff));
  EXPECT_EQ(pool.binary(Op::AShr, c(0x80), c(200)), c(0xff));
  EXPECT_TRUE(pool.isTrue(pool.binary(Op::Slt, c(0x80), c(0x7f))));
}

// What a store splits into bytes and a load puts together is the word again, so that it stays recognisable.
TEST(TermPool, bytesGrowTogetherAgain) {
  TermPool pool;
  const TermRef word = pool.variable("word", 32);
  TermRef again = pool.extract(word, 0, 8);
  for (unsigned byte = 1; byte < 4; ++byte)
    again = pool.concat(pool.extract(word, byte * 8, 8), again);
  EXPECT_EQ(again, word);
}

TEST(TermPool, knowsItsVariables) {
  TermPool pool;
  const TermRef x = pool.variable("x", 8), y = pool.variable("y", 8);
  pool.variable("z", 8);
  EXPECT_EQ(pool.variablesIn(pool.binary(Op::Add, pool.binary(Op::Mul, x, y), x)), (std::vector<uint32_t>{0, 1}));
  EXPECT_TRUE(pool.variablesIn(pool.constant(1, 8)).empty());
  EXPECT_EQ(pool.describe(pool.binary(Op::Ult, x, pool.constant(3, 8))), "(bvult x 3)");
}

} // namespace
