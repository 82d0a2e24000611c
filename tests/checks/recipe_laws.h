// What a recipe promises, whatever the check that made it.
#pragma once

#include "core/finding/finding.h"

#include <gtest/gtest.h>

namespace kmem::test {

/// Its parts fit together.
inline void expectSound(const ReplayRecipe &recipe) {
  ASSERT_FALSE(recipe.hops.empty());
  EXPECT_EQ(recipe.entry.function, recipe.hops.front().function);
  EXPECT_EQ(recipe.target.callee, recipe.hops.back().callee);
  for (size_t i = 0; i < recipe.hops.size(); ++i) {
    const ReplayHop &hop = recipe.hops[i];
    EXPECT_EQ(hop.via == HopKind::Site, i + 1 == recipe.hops.size());
    EXPECT_EQ(hop.callee.empty(), hop.via == HopKind::Pointer) << hop.function.function;
    EXPECT_TRUE(llvm::StringRef(hop.function.unit).ends_with(".c") && hop.definition.line && hop.call.line)
        << hop.function.function;
    if (hop.via == HopKind::Direct)
      EXPECT_EQ(hop.callee, recipe.hops[i + 1].function.function);
    if (hop.via == HopKind::Pointer)
      EXPECT_EQ(hop.candidates.front(), recipe.hops[i + 1].function);
  }
}

/// The context at the site is what the claim forbids: the entry's, or one that the recipe says where it is entered.
inline void expectAtomic(const ReplayRecipe &recipe) {
  if (std::holds_alternative<SleepClaim>(recipe.target.claim))
    EXPECT_TRUE(recipe.hops.front().context != ContextCounts() || !recipe.entersContext.empty());
}

} // namespace kmem::test
