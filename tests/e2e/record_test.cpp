// kmem-record on a make that behaves like the kernel's: what is written down, what is compiled, and what goes wrong.
#include "tests/support/program_run.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

constexpr const char *makefile = R"(all: sub/a.o b.o probe.o
sub/a.o b.o: %.o: %.c
	$(CC) -Wp,-MMD,$@.d -D__KERNEL__ -c -o $@ $(CURDIR)/$<
probe.o: probe.c
	$(CC) -c -o $@ $<
	false
)";

class Record : public testing::Test {
protected:
  Record() {
    tree.write("Makefile", makefile);
    tree.write(".config", "CONFIG_64BIT=y\n");
    tree.write("sub/a.c", "this is not C\n");
    tree.write("b.c", "int b;\n");
    tree.write("probe.c", "int probe;\n");
  }

  ProgramResult record(std::vector<std::string> makeArguments, std::vector<std::string> options = {}) {
    options.insert(options.end(), {"--", "make", "-C", tree.path()});
    options.insert(options.end(), makeArguments.begin(), makeArguments.end());
    return runProgram("kmem-record", options);
  }

  llvm::json::Array database(const std::string &path) {
    auto value = llvm::json::parse(readFile(path));
    if (!value) {
      ADD_FAILURE() << path << ": " << llvm::toString(value.takeError());
      return {};
    }
    return value->getAsArray() ? *value->getAsArray() : llvm::json::Array();
  }

  TemporaryDirectory tree;
};

TEST_F(Record, writesDownKernelCompilesOnly) {
  const ProgramResult run = record({"CC=clang-19"});
  ASSERT_EQ(run.exitCode, 0) << run.err;
  const llvm::json::Array entries = database(tree.path("compile_commands.json"));
  ASSERT_EQ(entries.size(), 2u);
  const llvm::json::Object &first = *entries[1].getAsObject();
  EXPECT_EQ(first.getString("directory"), tree.path());
  EXPECT_EQ(first.getString("file"), tree.path("sub/a.c"));
  EXPECT_EQ(first.getString("output"), "sub/a.o");
  EXPECT_EQ((*first.getArray("arguments"))[0].getAsString(), "clang-19");
  EXPECT_NE(run.out.find("2 translation units"), std::string::npos) << run.out;
}

TEST_F(Record, writesWhereItIsTold) {
  TemporaryDirectory elsewhere;
  ASSERT_EQ(record({"CC=clang-19"}, {"--output", elsewhere.path()}).exitCode, 0);
  EXPECT_EQ(database(elsewhere.path("compile_commands.json")).size(), 2u);
  EXPECT_FALSE(llvm::sys::fs::exists(tree.path("compile_commands.json")));
}

TEST_F(Record, saysWhatIsWrong) {
  auto expectError = [](const ProgramResult &run, llvm::StringRef text) {
    EXPECT_NE(run.exitCode, 0);
    EXPECT_NE(run.err.find(text.str()), std::string::npos) << run.err;
  };
  expectError(record({"CC=no-such-compiler"}), "no-such-compiler is not installed");
  expectError(record({"CC=clang-19", "probe.o"}), "compiled no kernel file");
  expectError(runProgram("kmem-record", {"--", "ninja"}), "is not make");
  expectError(runProgram("kmem-record", {"make"}), "the command comes after");
  tree.write("vmlinux", "");
  expectError(record({"CC=clang-19"}), "holds a built kernel");
  llvm::sys::fs::remove(tree.path(".config"));
  expectError(record({"CC=clang-19"}), "holds no .config");
}

} // namespace
} // namespace kmem::test
