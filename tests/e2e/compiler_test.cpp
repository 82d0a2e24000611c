// kmem-cc is shaped like a compiler.
#include "tests/support/small_tree.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

class Compiler : public testing::Test {
protected:
  Compiler() {
    header = folder.write("own.h", "int own;\n");
    source = folder.write("a.c", "#include \"own.h\"\nint f(int x)\n{\n\treturn x;\n}\n");
    output = folder.path("a.ksum");
  }
  ProgramResult compile(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"-O2", "-nostdinc", "-c", source, "-o", output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runProgram("kmem-cc", arguments);
  }
  TemporaryDirectory folder;
  std::string header, source, output;
};

TEST_F(Compiler, writesASummaryAndADependencyFile) {
  const ProgramResult run = compile({"-MD", "-MF", folder.path("a.d")});
  EXPECT_EQ(run.exitCode, 0) << run.err;
  EXPECT_EQ(readFile(output).substr(0, 4), "KSUM");
  const std::string rule = readFile(folder.path("a.d"));
  EXPECT_EQ(rule.substr(0, output.size() + 1), output + ":");
  EXPECT_NE(rule.find(source), std::string::npos) << rule;
  EXPECT_NE(rule.find(header), std::string::npos) << rule;
}

TEST_F(Compiler, equalInputGivesEqualBytes) {
  compile();
  const std::string first = readFile(output);
  output = folder.path("b.ksum");
  compile();
  EXPECT_EQ(first, readFile(output));
}

TEST_F(Compiler, aUnitThatDoesNotCompileIsOneError) {
  folder.write("a.c", "int f(void)\n{\n\treturn nothing;\n}\n");
  const ProgramResult run = compile();
  EXPECT_EQ(run.exitCode, 1);
  EXPECT_NE(run.err.find("a.c:3:9"), std::string::npos) << run.err;
  EXPECT_EQ(readFile(output), "");
}

TEST_F(Compiler, usageErrors) {
  EXPECT_EQ(runProgram("kmem-cc", {}).exitCode, 2);
  EXPECT_EQ(runProgram("kmem-cc", {"-c", source}).exitCode, 2);
  output = "/no/such/folder/a.ksum";
  EXPECT_EQ(compile().exitCode, 2);
  EXPECT_EQ(compile({"--rules=/no/such/folder"}).exitCode, 2);
}

} // namespace
} // namespace kmem::test
