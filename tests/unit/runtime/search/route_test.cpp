#include "runtime/search/route.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"

#include <gtest/gtest.h>

namespace kmem::replay {
namespace {

/// once() calls step(), which calls goal() behind a diamond; loop() calls step() in a loop.
constexpr char text[] = R"(
  declare void @goal()
  define void @step(i1 %c) {
  top:
    br i1 %c, label %left, label %right
  left:
    br label %meet
  right:
    br i1 %c, label %meet, label %gone
  meet:
    call void @goal()
    br label %after
  after:
    ret void
  gone:
    ret void
  }
  define void @once(i1 %c) {
  top:
    call void @step(i1 %c)
    ret void
  }
  define void @loop(i1 %c) {
  top:
    br label %again
  again:
    call void @step(i1 %c)
    br i1 %c, label %again, label %out
  out:
    ret void
  }
)";

class RouteTest : public testing::Test {
protected:
  RouteTest() {
    llvm::SMDiagnostic error;
    module = llvm::parseAssemblyString(text, error, context);
  }
  const llvm::BasicBlock *block(llvm::StringRef function, llvm::StringRef name) const {
    for (const llvm::BasicBlock &block : *module->getFunction(function))
      if (block.getName() == name)
        return &block;
    ADD_FAILURE() << "no block " << name.str();
    return nullptr;
  }
  RouteHop hop(llvm::StringRef function, llvm::StringRef at) const {
    for (const llvm::Instruction &instruction : *block(function, at))
      if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
        return {module->getFunction(function), {call}};
    ADD_FAILURE() << "no call in " << at.str();
    return {};
  }
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
};

TEST_F(RouteTest, distancesAreInBlocks) {
  const Route route({hop("step", "meet")});
  EXPECT_EQ(route.distance(0, block("step", "meet")), 0u);
  EXPECT_EQ(route.distance(0, block("step", "left")), 1u);
  EXPECT_EQ(route.distance(0, block("step", "right")), 1u);
  EXPECT_EQ(route.distance(0, block("step", "top")), 2u);
}

TEST_F(RouteTest, someBlocksNoLongerGetThere) {
  const Route route({hop("step", "meet")});
  EXPECT_EQ(route.distance(0, block("step", "gone")), std::nullopt);
  EXPECT_EQ(route.distance(0, block("step", "after")), std::nullopt) << "behind the call";
}

TEST_F(RouteTest, inALoopEveryBlockGetsThere) {
  const Route route({hop("loop", "again"), hop("step", "meet")});
  EXPECT_EQ(route.distance(0, block("loop", "top")), 1u);
  EXPECT_EQ(route.distance(0, block("loop", "out")), std::nullopt);
}

TEST_F(RouteTest, callsLeadOnFromTheirHopOnly) {
  const RouteHop outer = hop("once", "top"), inner = hop("step", "meet");
  const Route route({outer, inner});
  EXPECT_TRUE(route.leadsOn(0, outer.calls.front()));
  EXPECT_TRUE(route.leadsOn(1, inner.calls.front()));
  EXPECT_FALSE(route.leadsOn(0, inner.calls.front()));
}

TEST_F(RouteTest, aReturnMayComeBackThroughALoopAbove) {
  const Route straight({hop("once", "top"), hop("step", "meet")});
  EXPECT_FALSE(straight.mayComeBack(1, 0));
  const Route looping({hop("loop", "again"), hop("step", "meet")});
  EXPECT_TRUE(looping.mayComeBack(1, 0));
  EXPECT_FALSE(looping.mayComeBack(1, 1)) << "a run that begins below the loop";
  EXPECT_FALSE(looping.mayComeBack(0, 0));
}

} // namespace
} // namespace kmem::replay
