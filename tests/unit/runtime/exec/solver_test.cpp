#include "runtime/exec/solver.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {
using namespace kmem::replay;

class SolverTest : public testing::Test {
protected:
  TermRef less(TermRef a, uint64_t limit) { return pool.binary(Op::Ult, a, pool.constant(limit, pool[a].width)); }

  TermPool pool;
  Solver solver{pool};
  TermRef x = pool.variable("x", 32), y = pool.variable("y", 32), z = pool.variable("z", 32);
};

TEST_F(SolverTest, tellsWhatCanBe) {
  const std::vector<TermRef> known{less(x, 10), pool.equal(y, pool.binary(Op::Mul, x, pool.constant(3, 32)))};
  EXPECT_EQ(solver.canBe(known, pool.equal(y, pool.constant(27, 32))), Answer::Satisfiable);
  EXPECT_EQ(solver.canBe(known, pool.equal(y, pool.constant(28, 32))), Answer::Unsatisfiable);
}

TEST_F(SolverTest, asksOnlyAboutWhatTouchesTheQuery) {
  // z's constraint is hopeless for a solver in two seconds, and nobody's business here.
  const TermRef square = pool.binary(Op::Mul, z, pool.binary(Op::Mul, z, z));
  const std::vector<TermRef> known{pool.equal(square, pool.constant(0x12345679, 32)), less(x, 4)};
  EXPECT_EQ(solver.canBe(known, pool.equal(x, pool.constant(3, 32))), Answer::Satisfiable);
  EXPECT_EQ(solver.counts().unknown, 0u);
}

TEST_F(SolverTest, answersAreKept) {
  const std::vector<TermRef> known{less(x, 4)};
  const TermRef query = pool.equal(x, pool.constant(9, 32));
  EXPECT_EQ(solver.canBe(known, query), Answer::Unsatisfiable);
  EXPECT_EQ(solver.canBe(known, query), Answer::Unsatisfiable);
  EXPECT_EQ(solver.counts().solved, 1u);
  EXPECT_EQ(solver.counts().byCache, 1u);
}

TEST_F(SolverTest, keepsPreferredValues) {
  Assignment preferred, model;
  preferred.set(0, 3);
  preferred.set(1, 77);
  ASSERT_EQ(solver.solve(std::vector{less(x, 4), less(z, 9), pool.binary(Op::Ult, pool.constant(5, 32), z)}, preferred,
                         model),
            Answer::Satisfiable);
  EXPECT_EQ(model[0], 3u);
  EXPECT_EQ(model[1], 77u);
  EXPECT_TRUE(model[2] > 5 && model[2] < 9);
}

/// What multiplies two sizes is guessed: solvers take seconds for it, or give up.
TEST_F(SolverTest, productsAreGuessed) {
  auto wide = [&](TermRef term) { return pool.zext(term, 64); };
  const TermRef bytes = pool.binary(Op::Mul, wide(x), pool.binary(Op::Add, wide(y), pool.constant(24, 64)));
  const TermRef tooMany = pool.binary(Op::Ult, pool.constant(0x400000, 64), bytes);
  const std::vector<TermRef> known{less(z, 4), pool.negation(less(x, 32))};
  Assignment values;
  values.set(0, 32);
  ASSERT_EQ(solver.extend(known, tooMany, {}, values), Answer::Satisfiable);
  EXPECT_GT(values[0] * (values[1] + 24), 0x400000u);
  EXPECT_GE(values[0], 32u);
  EXPECT_EQ(solver.counts().guessed, 1u);
  EXPECT_EQ(solver.counts().solved, 0u);
}

TEST_F(SolverTest, whatCannotBeIsNotGuessed) {
  Assignment values;
  const TermRef product = pool.binary(Op::Mul, x, y);
  const std::vector<TermRef> known{less(x, 10), less(y, 10)};
  EXPECT_EQ(solver.extend(known, pool.binary(Op::Ult, pool.constant(81, 32), product), {}, values),
            Answer::Unsatisfiable);
  EXPECT_EQ(solver.counts().guessed, 0u);
}

TEST_F(SolverTest, seesContradictions) {
  Assignment model;
  EXPECT_EQ(solver.solve(std::vector{less(x, 4), pool.equal(x, pool.constant(4, 32))}, {}, model),
            Answer::Unsatisfiable);
  EXPECT_EQ(solver.solve(std::vector{pool.boolean(false)}, {}, model), Answer::Unsatisfiable);
}

/// Every operation means the same to Z3 as to us: for random operands, no other result is possible.
RC_GTEST_PROP(Solver, agreesWithTheEvaluation, ()) {
  TermPool pool;
  Solver solver(pool);
  const unsigned width = *rc::gen::elementOf(std::vector<unsigned>{1, 5, 8, 32});
  const Op op = Op(*rc::gen::inRange(int(Op::Add), int(Op::Sle) + 1));
  const uint64_t a = truncated(*rc::gen::arbitrary<uint64_t>(), width),
                 b = truncated(*rc::gen::arbitrary<uint64_t>(), width);
  const TermRef x = pool.variable("x", width), y = pool.variable("y", width), result = pool.binary(op, x, y);
  const std::vector<TermRef> known{pool.equal(x, pool.constant(a, width)), pool.equal(y, pool.constant(b, width))};
  const TermRef expected = pool.constant(computeBinary(op, a, b, width), pool[result].width);
  RC_ASSERT(solver.canBe(known, pool.equal(result, expected)) == Answer::Satisfiable);
  RC_ASSERT(solver.canBe(known, pool.negation(pool.equal(result, expected))) == Answer::Unsatisfiable);
}

} // namespace
