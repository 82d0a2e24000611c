#include "runtime/fault/back_ends.h"
#include "runtime/fault/symbolic_oracle.h"

#include <gtest/gtest.h>

namespace {
using namespace kmem::sim;

constexpr Gfp nofail = 0x8000;

struct BackEnds : testing::Test {
  GfpFlags gfp = [] {
    GfpFlags flags{};
    flags.nofail = nofail;
    return flags;
  }();
  NeverFails never;
  Recorder recorder{gfp, never};

  bool slab(Gfp flags = 0, uint64_t size = 64) {
    return recorder.decide({.point = DecisionPoint::Slab, .gfp = flags, .size = size});
  }
  bool page(unsigned order) { return recorder.decide({.point = DecisionPoint::PageAlloc, .order = order}); }
  bool lock() { return recorder.decide({.point = DecisionPoint::TryLock}); }
};

TEST_F(BackEnds, neverFailsNothing) {
  for (int i = 0; i < 100; ++i)
    EXPECT_FALSE(slab() || page(3) || lock());
  EXPECT_EQ(recorder.log().asked(), 300u);
  EXPECT_EQ(recorder.log().failureCount(), 0u);
}

TEST_F(BackEnds, nthCountsItsOwnPointsFromItsConstruction) {
  slab();
  NthFails second(recorder, only(DecisionPoint::Slab), 2);
  recorder.use(second);
  EXPECT_FALSE(slab());
  EXPECT_FALSE(page(0));
  EXPECT_TRUE(slab());
  EXPECT_FALSE(slab());
}

TEST_F(BackEnds, nthOfSeveralPointsCountsThemTogether) {
  NthFails third(recorder, allocationPoints, 3);
  recorder.use(third);
  EXPECT_FALSE(slab());
  EXPECT_FALSE(lock());
  EXPECT_FALSE(page(0));
  EXPECT_TRUE(page(1));
}

TEST_F(BackEnds, requestsThatMustNotFailAreNoQuestions) {
  NthFails first(recorder, allocationPoints, 1);
  recorder.use(first);
  EXPECT_FALSE(slab(nofail));
  EXPECT_EQ(recorder.log().asked(), 0u);
  EXPECT_TRUE(slab());
}

TEST_F(BackEnds, restoringTheRecordTakesTheCounterBack) {
  NthFails second(recorder, allocationPoints, 2);
  recorder.use(second);
  slab();
  const Recorder::State before = recorder.state();
  EXPECT_TRUE(slab());
  recorder.restore(before);
  EXPECT_TRUE(slab());
}

TEST_F(BackEnds, aScriptRepeatsTheRecordedRun) {
  NthFails second(recorder, allocationPoints, 2);
  recorder.use(second);
  slab(), page(1), slab();
  const DecisionLog recorded = recorder.log();

  Recorder again(gfp, never);
  Scripted script(again, recorded);
  again.use(script);
  again.decide({.point = DecisionPoint::Slab, .size = 64});
  EXPECT_TRUE(again.decide({.point = DecisionPoint::PageAlloc, .order = 1}));
  again.decide({.point = DecisionPoint::Slab, .size = 64});
  EXPECT_TRUE(again.log() == recorded);
  EXPECT_FALSE(again.decide({.point = DecisionPoint::PageAlloc, .order = 1})) << "beyond its end nothing fails";
  EXPECT_FALSE(script.difference());
}

TEST_F(BackEnds, aScriptTellsThatAnotherQuestionWasAsked) {
  DecisionLog recorded;
  recorded.append({.point = DecisionPoint::Slab, .size = 64}, true);
  Scripted script(recorder, recorded);
  recorder.use(script);
  EXPECT_TRUE(slab(0, 128));
  ASSERT_TRUE(script.difference());
  EXPECT_EQ(script.difference()->expected.size, 64u);
  EXPECT_EQ(script.difference()->asked.size, 128u);
}

/// What an executor does with the interface: runs again for every answer not yet given, here without a solver.
class Explorer final : public SymbolicOracle {
public:
  explicit Explorer(const Recorder &asked) : SymbolicOracle(asked) {}
  std::vector<bool> path;    ///< answers to give first
  size_t given = 0;          ///< of them, in this run
  std::vector<bool> assumed; ///< the path condition

protected:
  Possible possible(const Question &question) override {
    return question.point == DecisionPoint::UserCopy ? Possible::Always : Possible::Both;
  }
  bool choose(const Question &, const DecisionLog &) override {
    if (given == path.size())
      path.push_back(false);
    return path[given++];
  }
  void assume(const Question &, bool answer) override { assumed.push_back(answer); }
};

/// The next path in which some answer differs; false when all were taken.
bool advance(std::vector<bool> &path) {
  while (!path.empty() && path.back())
    path.pop_back();
  if (path.empty())
    return false;
  path.back() = true;
  return true;
}

TEST_F(BackEnds, theSymbolicInterfaceReachesEveryCombination) {
  std::vector<std::string> runs;
  Explorer explorer(recorder);
  recorder.use(explorer);
  const Recorder::State start = recorder.state();
  do {
    recorder.restore(start);
    explorer.given = 0;
    explorer.assumed.clear();
    std::string run = slab() ? "F" : page(0) ? ".F" : "..";
    run += recorder.decide({.point = DecisionPoint::UserCopy}) ? "u" : "";
    EXPECT_EQ(explorer.assumed.size(), recorder.log().asked() - start.asked());
    runs.push_back(run);
  } while (advance(explorer.path));
  EXPECT_EQ(runs, (std::vector<std::string>{"..u", ".Fu", "Fu"}));
}

} // namespace
