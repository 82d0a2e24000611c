#include "tests/unit/core/frontend/frontend_fixture.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

#include <unistd.h>

using namespace kmem;
using kmem::test::FrontendTest;

namespace {

TEST_F(FrontendTest, MakesUnoptimisedCodeWithoutOptnone) {
  KernelModule module = compile("static inline int one(void) { return 1; }\n"
                                "int two(void) { int x = one(); return x + one(); }\n");
  ASSERT_TRUE(module.module);
  llvm::Function *two = module.module->getFunction("two");
  ASSERT_TRUE(two);
  EXPECT_FALSE(two->hasFnAttribute(llvm::Attribute::OptimizeNone));
  unsigned calls = 0, allocas = 0, lifetimes = 0;
  for (llvm::BasicBlock &block : *two)
    for (llvm::Instruction &instruction : block) {
      calls += llvm::isa<llvm::CallInst>(instruction);
      allocas += llvm::isa<llvm::AllocaInst>(instruction);
      lifetimes += llvm::isa<llvm::LifetimeIntrinsic>(instruction);
    }
  EXPECT_EQ(calls, 2u);
  EXPECT_EQ(allocas, 1u);
  EXPECT_EQ(lifetimes, 0u);
}

TEST_F(FrontendTest, TheUnitsOptimisationLevelStaysVisible) {
  llvm::StringRef text = "#ifdef __OPTIMIZE__\nint optimised;\n#endif\nint any;\n";
  EXPECT_TRUE(compile(text, {"-O2"}).module->getNamedGlobal("optimised"));
  EXPECT_FALSE(compile(text, {}).module->getNamedGlobal("optimised"));
  EXPECT_FALSE(compile("void f(void) {}").module->getFunction("f")->hasFnAttribute(llvm::Attribute::OptimizeNone));
}

TEST_F(FrontendTest, UnusedInlinesAreNotInTheModule) {
  KernelModule module = compile("static inline void unused(void) {}\nvoid used(void) {}\n");
  EXPECT_FALSE(module.module->getFunction("unused"));
  EXPECT_EQ(module.facts.functions.count("unused"), 0u);
  EXPECT_EQ(module.facts.functions.count("used"), 1u);
}

TEST_F(FrontendTest, ErrorNamesTheFirstPlaces) {
  std::string error = compileError("int f(void) { return nope; }\nint g(void) { return 1 }\n"
                                   "int h = sizeof(struct s);\nint i = also_nope;\n");
  EXPECT_NE(error.find("a.c:1:22: use of undeclared identifier 'nope'"), std::string::npos) << error;
  EXPECT_NE(error.find("a.c:2:23: "), std::string::npos) << error;
  EXPECT_EQ(llvm::StringRef(error).count('\n'), 2u) << error;
}

TEST_F(FrontendTest, MissingSourceIsOneLine) {
  auto module = compileUnit(unit("none.c"), {folder.path()});
  ASSERT_FALSE(bool(module));
  std::string error = llvm::toString(module.takeError());
  EXPECT_NE(error.find("none.c"), std::string::npos) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

TEST_F(FrontendTest, MissingDirectoryIsOneLine) {
  TranslationUnit lost = unit();
  lost.directory = folder.path("gone");
  auto module = compileUnit(lost, {folder.path()});
  ASSERT_FALSE(bool(module));
  std::string error = llvm::toString(module.takeError());
  EXPECT_NE(error.find(folder.path("gone")), std::string::npos) << error;
}

TEST_F(FrontendTest, MissingHeaderIsAnErrorWithItsPlace) {
  EXPECT_NE(compileError("#include \"gone.h\"\n").find("a.c:1:10: 'gone.h' file not found"), std::string::npos);
}

TEST_F(FrontendTest, WarningsAreNoErrors) {
  EXPECT_TRUE(compile("int f(int *p) { long l = p; return \"x\"[0] == 256; }\n", {"-O2", "-Wall", "-Werror"}).module);
}

TEST_F(FrontendTest, DependenciesAreAbsoluteAndMainFileIsFirst) {
  folder.write("z.h", "#include \"b.h\"\n");
  folder.write("b.h", "#pragma once\n");
  folder.write("forced.h", "");
  KernelModule module = compile("#include \"z.h\"\n#include \"./b.h\"\n", {"-include", "forced.h", "-I."});
  EXPECT_EQ(module.dependencies, (std::vector<std::string>{folder.path("a.c"), folder.path("b.h"),
                                                           folder.path("forced.h"), folder.path("z.h")}));
}

TEST_F(FrontendTest, WorkingDirectoryIsNeitherNeededNorChanged) {
  char before[4096], after[4096];
  ASSERT_TRUE(getcwd(before, sizeof(before)));
  folder.write("inc/h.h", "int fromHeader;\n");
  EXPECT_TRUE(compile("#include <h.h>\n", {"-Iinc"}).module->getNamedGlobal("fromHeader"));
  ASSERT_TRUE(getcwd(after, sizeof(after)));
  EXPECT_STREQ(before, after);
}

TEST_F(FrontendTest, LocationsHaveLineAndColumn) {
  KernelModule module = compile("void g(int);\n#define CALL(x) g(x)\nvoid f(void) {\n  CALL(1);\n}\n");
  llvm::Instruction &first = module.module->getFunction("f")->getEntryBlock().front();
  ASSERT_TRUE(first.getDebugLoc());
  EXPECT_EQ(first.getDebugLoc().getLine(), 4u);
  EXPECT_EQ(first.getDebugLoc().getCol(), 3u);
}

} // namespace
