// What the options of kmem-tidy do, seen from outside.
#include "tests/support/small_tree.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

using Names = std::vector<std::string>;

/// sub/callee.c allocates in a helper; caller.c calls it under a lock; vm.c misuses vmalloc.
class CommandLine : public testing::Test {
protected:
  CommandLine() {
    tree.addUnit("sub/callee.c", "#include <linux/slab.h>\n"
                                 "void *callee(void)\n{\n\treturn kmalloc(8, GFP_KERNEL);\n}\n");
    tree.addUnit("caller.c", "#include <linux/spinlock.h>\nvoid *callee(void);\n"
                             "void *caller(spinlock_t *lock)\n{\n\tvoid *p;\n\tspin_lock(lock);\n"
                             "\tp = callee();\n\tspin_unlock(lock);\n\treturn p;\n}\n");
    tree.addUnit("vm.c", "#include <linux/spinlock.h>\n#include <linux/vmalloc.h>\n"
                         "void drop(spinlock_t *lock, void *p)\n{\n\tspin_lock(lock);\n\tvfree(p);\n"
                         "\tspin_unlock(lock);\n}\n");
  }
  Names checks(std::vector<std::string> arguments) {
    const ProgramResult run = tree.tidyJsonl(std::move(arguments));
    EXPECT_TRUE(run.exitCode == 0 || run.exitCode == 1) << run.exitCode << ": " << run.err;
    return valuesOf(run.out, "check");
  }
  SmallTree tree;
};

TEST_F(CommandLine, everythingByDefault) { EXPECT_EQ(checks({}), (Names{"kmem-atomic-gfp", "kmem-atomic-vmalloc"})); }

TEST_F(CommandLine, checksAreChosenByGlobs) {
  EXPECT_EQ(checks({"--checks=-*,kmem-atomic-v*"}), Names{"kmem-atomic-vmalloc"});
  EXPECT_EQ(checks({"--checks=-kmem-atomic-v*"}), Names{"kmem-atomic-gfp"});
}

TEST_F(CommandLine, pathsRestrictWhatIsReported) {
  EXPECT_EQ(checks({tree.path("sub")}), Names{"kmem-atomic-gfp"});
  EXPECT_EQ(checks({"vm.c"}), Names{"kmem-atomic-vmalloc"});
}

TEST_F(CommandLine, onlyTheseRestrictsWhatIsAnalysed) {
  EXPECT_EQ(checks({"--only-these", tree.path("sub")}), Names{}) << "the caller is not seen";
  EXPECT_EQ(checks({"--only-these", tree.path("sub"), tree.path("caller.c")}), Names{"kmem-atomic-gfp"});
}

TEST_F(CommandLine, lineFilterRestrictsLines) {
  EXPECT_EQ(checks({R"(--line-filter=[{"name":"vm.c","lines":[[6,6]]}])"}), Names{"kmem-atomic-vmalloc"});
  EXPECT_EQ(checks({R"(--line-filter=[{"name":"vm.c","lines":[[1,5]]}])"}), Names{});
}

TEST_F(CommandLine, failOnDecidesTheExitCode) {
  EXPECT_EQ(tree.tidyJsonl().exitCode, 1);
  EXPECT_EQ(tree.tidyJsonl({"--fail-on=never"}).exitCode, 0);
  EXPECT_EQ(tree.tidyJsonl({"--fail-on=error", "--warnings-as-errors=*"}).exitCode, 1);
}

TEST_F(CommandLine, warningsBecomeErrors) {
  for (const std::string &severity : valuesOf(tree.tidyJsonl({"--warnings-as-errors=*"}).out, "severity"))
    EXPECT_EQ(severity, "error");
}

TEST_F(CommandLine, reportsGoWhereTheyAreSent) {
  const ProgramResult run = tree.tidy({"--report=text", "--report=jsonl=" + tree.path("out.jsonl")});
  EXPECT_NE(run.out.find("sub/callee.c:4:9: "), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("[kmem-atomic-gfp]"), std::string::npos) << run.out;
  EXPECT_EQ(valuesOf(readFile(tree.path("out.jsonl")), "check").size(), 2u);
}

TEST_F(CommandLine, extraArgumentsReachTheCompiler) {
  EXPECT_EQ(tree.tidyJsonl({"--extra-arg=-include/no/such/header.h"}).exitCode, 3);
}

TEST_F(CommandLine, nolintSilences) {
  tree.write("vm.c", "#include <linux/spinlock.h>\n#include <linux/vmalloc.h>\n"
                     "void drop(spinlock_t *lock, void *p)\n{\n\tspin_lock(lock);\n"
                     "\tvfree(p); // NOLINT(kmem-atomic-vmalloc)\n\tspin_unlock(lock);\n}\n");
  tree.write("sub/callee.c", "#include <linux/slab.h>\n"
                             "void *callee(void)\n{\n\t// NOLINTNEXTLINE\n\treturn kmalloc(8, GFP_KERNEL);\n}\n");
  EXPECT_EQ(checks({}), Names{});
}

TEST_F(CommandLine, configurationIsFoundUpwards) {
  tree.write(".kmem-tidy", "Checks: '-*,kmem-atomic-gfp'\nFailOn: never\n");
  const ProgramResult run = tree.tidyJsonl({tree.path("sub/callee.c"), tree.path("vm.c")});
  EXPECT_EQ(run.exitCode, 0) << run.err;
  EXPECT_EQ(valuesOf(run.out, "check"), Names{"kmem-atomic-gfp"});
}

TEST_F(CommandLine, oneFileNeedsNoDatabase) {
  const ProgramResult run = runProgram("kmem-tidy", {"--report=jsonl", "--cache-dir=" + tree.path("other"),
                                                     tree.path("sub/callee.c"), "--", "-I/nowhere"});
  EXPECT_EQ(run.exitCode, 3) << "its headers are not found";
}

TEST_F(CommandLine, stagesCanBePrinted) {
  for (const char *stage : {"compdb", "rules", "ir", "summary", "values", "program", "findings"}) {
    const ProgramResult run = tree.tidy({std::string("--dump=") + stage});
    EXPECT_TRUE(run.exitCode == 0 || run.exitCode == 1) << stage << ": " << run.err;
    EXPECT_FALSE(run.out.empty()) << stage;
  }
}

TEST_F(CommandLine, explainsItself) {
  EXPECT_NE(runProgram("kmem-tidy", {"--list-checks"}).out.find("kmem-mismatched-free"), std::string::npos);
  EXPECT_NE(runProgram("kmem-tidy", {"--explain=kmem-atomic-gfp"}).out.find("GFP_ATOMIC"), std::string::npos);
  EXPECT_NE(runProgram("kmem-tidy", {"--help"}).out.find("--only-these"), std::string::npos);
  EXPECT_EQ(runProgram("kmem-tidy", {"--list-rules"}).exitCode, 0);
}

} // namespace
} // namespace kmem::test
