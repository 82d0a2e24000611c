#include "core/frontend/locations.h"

#include "tests/unit/core/frontend/frontend_fixture.h"

using namespace kmem;
using kmem::test::FrontendTest;

namespace {

using Locations = FrontendTest;

TEST(RelativeToRoot, SourceTreeFirstThenObjectTree) {
  EXPECT_EQ(relativeToRoot("/src/mm/a.c", "/obj", "/src"), "mm/a.c");
  EXPECT_EQ(relativeToRoot("../src/./mm/x/../a.c", "/obj", "/src"), "mm/a.c");
  EXPECT_EQ(relativeToRoot("./include/generated/a.h", "/obj", "/src/"), "include/generated/a.h");
  EXPECT_EQ(relativeToRoot("/elsewhere/a.c", "/obj", "/src"), "/elsewhere/a.c");
  EXPECT_EQ(relativeToRoot("/srcs/a.c", "/obj", "/src"), "/srcs/a.c");
}

TEST_F(Locations, InstructionsAndFunctionsResolve) {
  folder.write("inc/h.h", "void g(void);\nstatic inline void helper(void)\n{\n  g();\n}\n");
  KernelModule module = compile("#include <h.h>\nvoid f(void) {\n  helper();\n}\n", {"-Iinc"});
  LocationResolver resolver(folder.path(), folder.path());
  const llvm::Function &f = *module.module->getFunction("f"), &helper = *module.module->getFunction("helper");
  ModuleLocation call = resolver.resolve(f.getEntryBlock().front());
  EXPECT_EQ(call.file, "a.c");
  EXPECT_EQ(call.line, 3u);
  EXPECT_EQ(call.column, 3u);
  EXPECT_EQ(resolver.resolve(helper.getEntryBlock().front()).file, "inc/h.h");
  EXPECT_EQ(resolver.resolve(helper).line, 2u);
}

TEST_F(Locations, NothingKnownGivesAnEmptyPlace) {
  LocationResolver resolver("/", "/");
  EXPECT_TRUE(resolver.resolve(static_cast<const llvm::DILocation *>(nullptr)).file.empty());
  EXPECT_EQ(resolver.resolve(static_cast<const llvm::DILocation *>(nullptr)).line, 0u);
}

} // namespace
