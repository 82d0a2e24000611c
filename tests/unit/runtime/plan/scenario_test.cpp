#include "tests/unit/runtime/plan/recipe_fixture.h"

namespace kmem::replay {
namespace {

constexpr char text[] = "void first(int);\n"                      // 1
                        "void second(int);\n"                     // 2
                        "#define BOTH(x) (first(x), second(x))\n" // 3
                        "struct ops { void (*run)(int); };\n"     // 4
                        "void caller(struct ops *ops, int a)\n"   // 5
                        "{\n"                                     // 6
                        "\tfirst(a);\n"                           // 7
                        "\tBOTH(a);\n"                            // 8
                        "\tops->run(a);\n"                        // 9
                        "}\n";

class HopTest : public RecipeTest {
protected:
  HopTest() : sources(sourcesOf(text)) {}
  llvm::Expected<RouteHop> find(SourceLocation call, llvm::StringRef callee, std::string function = "caller",
                                std::string unit = "a.c") {
    return findHop({std::move(function), std::move(unit)}, call, callee, sources);
  }
  std::vector<std::string> calleesAt(SourceLocation call, llvm::StringRef callee) {
    std::vector<std::string> names;
    for (const llvm::CallBase *found : llvm::cantFail(find(call, callee)).calls)
      names.push_back(found->getCalledFunction() ? found->getCalledFunction()->getName().str() : "");
    return names;
  }
  Sources sources;
};

using Names = std::vector<std::string>;

TEST_F(HopTest, aCallIsFoundByItsPlaceAndItsCallee) {
  EXPECT_EQ(calleesAt(at(7, 2), "first"), Names{"first"});
  EXPECT_EQ(calleesAt(at(9, 2), ""), Names{""});
}

/// A macro's calls stand at one place; the callee tells them apart.
TEST_F(HopTest, theCalleeTellsCallsOfAMacroApart) {
  EXPECT_EQ(calleesAt(at(8, 2), "second"), Names{"second"});
  EXPECT_EQ(calleesAt(at(8, 2), "renamed"), (Names{"first", "second"})) << "all when none has the name";
}

TEST_F(HopTest, aSourceThatHasMovedIsAnError) {
  EXPECT_EQ(errorOf(find(at(6, 2), "first")), "the source has moved: no call at a.c:6:2 in caller()");
  EXPECT_EQ(errorOf(find(at(7, 3), "first")), "the source has moved: no call at a.c:7:3 in caller()");
  EXPECT_EQ(errorOf(find(at(7, 2), "first", "gone")), "the source has moved: no function gone in a.c");
  EXPECT_EQ(errorOf(find(at(7, 2), "first", "first")), "the source has moved: no function first in a.c")
      << "declared only";
  EXPECT_EQ(errorOf(find(at(7, 2), "first", "caller", "b.c")), "b.c is no translation unit of this build");
}

/// What a claim says of arguments is about the function it names.
TEST_F(RecipeTest, aSiteThatCallsAnotherFunctionHasMoved) {
  Sources sources = sourcesOf(text);
  EXPECT_EQ(errorOf(makeScenario(sleepFinding({hop("caller", at(7, 2), "second", HopKind::Site)}, 1), shippedRules(),
                                 sources)),
            "the source has moved: the call at a.c:7:2 is not of second()");
}

TEST_F(RecipeTest, aFindingNeedsARecipe) {
  Sources sources = sourcesOf(text);
  EXPECT_EQ(errorOf(makeScenario(Finding(), shippedRules(), sources)), "the finding has no recipe for a replay");
}

TEST_F(RecipeTest, aUnitThatDoesNotCompileIsAnError) {
  Sources sources = sourcesOf("void broken(void) { nothing(); }\n");
  const std::string error = errorOf(
      makeScenario(sleepFinding({hop("broken", at(1, 21), "nothing", HopKind::Site)}, 1), shippedRules(), sources));
  EXPECT_NE(error.find("a.c:1:21: "), std::string::npos) << error;
}

TEST_F(RecipeTest, aScenarioHasTheRouteAndTheClaim) {
  Sources sources = sourcesOf(text);
  Finding finding = sleepFinding({hop("caller", at(7, 2), "first", HopKind::Site)}, 0);
  finding.replay->hops.front().context[ContextComponent::Hardirq] = 1;
  Scenario scenario = llvm::cantFail(makeScenario(finding, shippedRules(), sources));
  ASSERT_EQ(scenario.stages.size(), 1u);
  ASSERT_EQ(scenario.stages.front().route->hops().size(), 1u);
  EXPECT_EQ(scenario.stages.front().route->hops().front().function->getName(), "caller");
  EXPECT_EQ(scenario.stages.front().contexts.front()[unsigned(ContextComponent::Hardirq)], 1);
  EXPECT_EQ(scenario.target.kind, TargetKind::Sleep);
  EXPECT_EQ(scenario.target.gfp, 0);
}

/// Memory that was allocated before the path begins is made by a stage of its own.
TEST_F(RecipeTest, anEarlierAllocationIsAStage) {
  Sources sources = sourcesOf(text);
  Finding finding = sleepFinding({hop("caller", at(9, 2), "", HopKind::Site)}, 0);
  ReplayAllocation allocation;
  allocation.function = {"caller", "a.c"};
  allocation.call = at(7, 2);
  allocation.callee = "first";
  allocation.place = AllocationPlace::Earlier;
  allocation.stores = {"ops.memory"};
  finding.replay->allocation = allocation;
  Scenario scenario = llvm::cantFail(makeScenario(finding, shippedRules(), sources));
  ASSERT_EQ(scenario.stages.size(), 2u);
  EXPECT_EQ(scenario.heldFields, Names{"ops.memory"});
  EXPECT_EQ(scenario.named, std::set<std::string>{"caller"});
}

} // namespace
} // namespace kmem::replay
