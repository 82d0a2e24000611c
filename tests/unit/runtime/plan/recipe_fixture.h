// A C file as the only translation unit of a tree, and recipes that speak of places in it.
#pragma once

#include "runtime/plan/scenario.h"
#include "tests/support/case_file.h"
#include "tests/support/program_run.h"

#include <gtest/gtest.h>

namespace kmem::replay {

class RecipeTest : public testing::Test {
protected:
  static const rules::RuleSet &shippedRules() {
    static const rules::RuleSet rules = [] {
      rules::TreeFacts facts;
      facts.version = "6.12";
      return llvm::cantFail(rules::loadRules(KMEM_SOURCE_DIR "/rules", facts));
    }();
    return rules;
  }

  Sources sourcesOf(llvm::StringRef text) const {
    folder.write("a.c", text);
    TranslationUnit unit{folder.path(),
                         folder.path("a.c"),
                         {"clang", "-O2", "-nostdinc", "-D__KERNEL__", "-I" + test::stubHeaders(), "a.c"}};
    return Sources({unit}, folder.path(), {});
  }

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
