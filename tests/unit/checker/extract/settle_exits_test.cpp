// Lock wrappers are told from functions whose paths were mixed up.
#include "checker/extract/settle_exits.h"

#include <gtest/gtest.h>

namespace kmem::extract {
namespace {

using namespace summary;

Exit exitWith(int8_t preempt, uint64_t low, uint64_t high) {
  Exit exit;
  exit.delta.preempt = preempt;
  exit.low = low;
  exit.high = high;
  return exit;
}

TEST(SettleExits, TheReturnValueTellsATrylockApart) {
  FunctionSummary function;
  function.exits = {exitWith(1, 1, 1), exitWith(0, 0, 0)};
  settleExits(function);
  EXPECT_EQ(function.exits.size(), 2u);
}

TEST(SettleExits, AParameterTellsAConditionalLockApart) {
  FunctionSummary function;
  Exit locks = exitWith(1, 0, 9), doesNot = exitWith(0, 0, 9);
  locks.guard = {Atom{1, 1, 1, false}};
  doesNot.guard = {Atom{1, 0, 0, false}};
  function.exits = {locks, doesNot};
  settleExits(function);
  EXPECT_EQ(function.exits.size(), 2u);
}

TEST(SettleExits, WhatNobodyCanTellApartIsNoWrapper) {
  FunctionSummary function;
  function.exits = {exitWith(1, 0, 9), exitWith(0, 0, 9)};
  settleExits(function);
  ASSERT_EQ(function.exits.size(), 1u);
  EXPECT_TRUE(function.exits.front().delta.neutral());
}

TEST(SettleExits, WhatAllExitsShareStays) {
  FunctionSummary function;
  Exit both = exitWith(1, 0, 9), one = exitWith(0, 0, 9);
  both.delta.rcu = one.delta.rcu = 1;
  function.exits = {both, one};
  settleExits(function);
  ASSERT_EQ(function.exits.size(), 1u);
  EXPECT_EQ(function.exits.front().delta.rcu, 1);
  EXPECT_EQ(function.exits.front().delta.preempt, 0);
}

} // namespace
} // namespace kmem::extract
