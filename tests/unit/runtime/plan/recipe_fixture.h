// A C file as the only translation unit of a tree, and recipes that speak of places in it.
#pragma once

#include "runtime/plan/scenario.h"
#include "tests/unit/runtime/c_unit.h"

#include <gtest/gtest.h>

namespace kmem::replay {

class RecipeTest : public testing::Test {
protected:
  Sources sourcesOf(llvm::StringRef text) const { return Sources({writeUnit(folder, text)}, folder.path(), {}); }

  static SourceLocation at(unsigned line, unsigned column) { return {"a.c", line, column}; }
  static ReplayHop hop(std::string function, SourceLocation call, std::string callee, HopKind via) {
    ReplayHop hop;
    hop.function = {std::move(function), "a.c"};
    hop.call = std::move(call);
    hop.callee = std::move(callee);
    hop.via = via;
    return hop;
  }
  /// A call that must not sleep, along these hops.
  static Finding sleepFinding(std::vector<ReplayHop> hops, unsigned gfpArgument) {
    ReplayRecipe recipe;
    recipe.entry.function = hops.front().function;
    recipe.entry.how = "called on its own";
    recipe.entry.isKernelEntry = false;
    recipe.target.callee = hops.back().callee;
    recipe.target.arguments.gfp = gfpArgument;
    SleepClaim claim;
    claim.sleeps = SleepKind::ByGfp;
    recipe.target.claim = claim;
    recipe.hops = std::move(hops);
    Finding finding;
    finding.check = "kmem-atomic-gfp";
    finding.replay = std::move(recipe);
    return finding;
  }
  template <typename T> static std::string errorOf(llvm::Expected<T> result) {
    return result ? "" : llvm::toString(result.takeError());
  }

  test::TemporaryDirectory folder;
};

} // namespace kmem::replay
