#include "checker/driver/config_file.h"
#include "rules/tree/tree_facts.h"
#include "tests/support/program_run.h"

#include "gtest/gtest.h"

using namespace kmem;
using kmem::test::TemporaryDirectory;

namespace {

TEST(ConfigFile, EveryKey) {
  TemporaryDirectory folder;
  std::string path =
      folder.write(".kmem-tidy", "Checks: '-*,kmem-a'\nWarningsAsErrors: '*'\nHeaderFilterRegex: 'x.*'\n"
                                 "ExtraArgs: ['-DA', '-DB']\nFailOn: error\nInheritParentConfig: true\n");
  ConfigFile config = llvm::cantFail(readConfigFile(path));
  EXPECT_EQ(config.checks, "-*,kmem-a");
  EXPECT_EQ(config.warningsAsErrors, "*");
  EXPECT_EQ(config.headerFilter, "x.*");
  EXPECT_EQ(config.extraArguments, (std::vector<std::string>{"-DA", "-DB"}));
  EXPECT_EQ(config.failOn, "error");
  EXPECT_TRUE(config.inheritParent);
}

TEST(ConfigFile, MistakesAreNamedByLine) {
  TemporaryDirectory folder;
  for (const char *text :
       {"Checks: '*'\nColour: red\n", "Checks: '*'\nExtraArgs: {a: b}\n", "Checks: '*'\nInheritParentConfig: 7\n"}) {
    auto config = readConfigFile(folder.write(".kmem-tidy", text));
    ASSERT_FALSE(bool(config)) << text;
    std::string problem = llvm::toString(config.takeError());
    EXPECT_NE(problem.find(".kmem-tidy:2: "), std::string::npos) << problem;
  }
}

TEST(ConfigFile, TheNearestWinsAndMayInherit) {
  TemporaryDirectory folder;
  folder.write(".kmem-tidy", "Checks: 'a'\nFailOn: never\n");
  folder.write("sub/deep/file.c", "");
  EXPECT_EQ(llvm::cantFail(findConfig(folder.path("sub/deep"))).checks, "a");
  folder.write("sub/.kmem-tidy", "Checks: 'b'\n");
  EXPECT_EQ(llvm::cantFail(findConfig(folder.path("sub/deep"))).checks, "b");
  EXPECT_EQ(llvm::cantFail(findConfig(folder.path("sub/deep"))).failOn, std::nullopt);
  folder.write("sub/.kmem-tidy", "Checks: 'b'\nInheritParentConfig: true\n");
  EXPECT_EQ(llvm::cantFail(findConfig(folder.path("sub/deep"))).checks, "a,b");
  EXPECT_EQ(llvm::cantFail(findConfig(folder.path("sub/deep"))).failOn, "never");
}

TEST(TreeFacts, GeneratedFilesOfTheBuild) {
  TemporaryDirectory build, source;
  build.write("include/config/kernel.release", "6.12.117-amd64\n");
  build.write("include/generated/autoconf.h", "#define CONFIG_A 1\n#define CONFIG_B_MODULE 1\n#define CONFIG_HZ 250\n");
  rules::TreeFacts facts = readTreeFacts(build.path(), source.path());
  EXPECT_EQ(facts.version, "6.12");
  EXPECT_TRUE(facts.configs.lookup("CONFIG_A"));
  EXPECT_TRUE(facts.configs.lookup("CONFIG_B"));
  EXPECT_FALSE(facts.configs.lookup("CONFIG_HZ"));
}

TEST(TreeFacts, FallBackOnTheSource) {
  TemporaryDirectory build, source;
  EXPECT_EQ(readTreeFacts(build.path(), source.path()).version, "");
  source.write("Makefile", "# SPDX\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 5\n");
  build.write(".config", "CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\n");
  rules::TreeFacts facts = readTreeFacts(build.path(), source.path());
  EXPECT_EQ(facts.version, "6.1");
  EXPECT_TRUE(facts.configs.lookup("CONFIG_B"));
  EXPECT_FALSE(facts.configs.lookup("CONFIG_C"));
}

} // namespace
