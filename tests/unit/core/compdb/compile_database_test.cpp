#include "core/compdb/compile_database.h"

#include "tests/support/program_run.h"

#include "gtest/gtest.h"

using namespace kmem;
using kmem::test::TemporaryDirectory;

namespace {

struct Loaded {
  std::vector<TranslationUnit> units;
  std::string error;
};

Loaded load(const std::string &path) {
  auto units = loadCompilationDatabase(path);
  if (!units)
    return {{}, llvm::toString(units.takeError())};
  return {*units, ""};
}

Loaded loadText(const TemporaryDirectory &folder, llvm::StringRef json) {
  return load(folder.write("compile_commands.json", json));
}

TEST(CompileDatabase, ReadsBothSpellings) {
  TemporaryDirectory folder;
  Loaded loaded = loadText(folder, R"([
    {"directory": "/t", "file": "a.c", "command": "gcc '-DX=\"a b\"' -c a.c"},
    {"directory": "/t", "file": "b.c", "arguments": ["gcc", "-DX=\"a b\"", "-c", "b.c"]}])");
  ASSERT_EQ(loaded.units.size(), 2u) << loaded.error;
  EXPECT_EQ(loaded.units[0].file, "/t/a.c");
  EXPECT_EQ(loaded.units[0].arguments, (std::vector<std::string>{"gcc", "-DX=\"a b\"", "-c", "a.c"}));
  EXPECT_EQ(loaded.units[1].arguments[1], "-DX=\"a b\"");
}

TEST(CompileDatabase, AcceptsTheFolder) {
  TemporaryDirectory folder;
  folder.write("compile_commands.json", R"([{"directory": "/t", "file": "a.c", "command": "cc a.c"}])");
  EXPECT_EQ(load(folder.path()).units.size(), 1u);
}

TEST(CompileDatabase, RelativeDirectoriesStartAtTheDatabase) {
  TemporaryDirectory folder;
  Loaded loaded = loadText(folder, R"([{"directory": "build/../out", "file": "../src/a.c", "command": "cc a.c"}])");
  ASSERT_EQ(loaded.units.size(), 1u);
  EXPECT_EQ(loaded.units[0].directory, folder.path("out"));
  EXPECT_EQ(loaded.units[0].file, folder.path("src/a.c"));
}

TEST(CompileDatabase, FirstOfDuplicatesWinsAndOrderIsByFile) {
  TemporaryDirectory folder;
  Loaded loaded = loadText(folder, R"([
    {"directory": "/t", "file": "z.c", "command": "cc z.c"},
    {"directory": "/t", "file": "a.c", "command": "cc -DFIRST a.c"},
    {"directory": "/t/", "file": "./a.c", "command": "cc -DSECOND a.c"},
    {"directory": "/t/sub", "file": "/t/a.c", "command": "cc -DTHIRD a.c"}])");
  ASSERT_EQ(loaded.units.size(), 3u);
  EXPECT_EQ(loaded.units[0].arguments[1], "-DFIRST");
  EXPECT_EQ(loaded.units[1].arguments[1], "-DTHIRD");
  EXPECT_EQ(loaded.units[2].file, "/t/z.c");
}

TEST(CompileDatabase, TakesOnlyC) {
  TemporaryDirectory folder;
  Loaded loaded = loadText(folder, R"([
    {"directory": "/t", "file": "entry.S", "command": "cc entry.S"},
    {"directory": "/t", "file": "a.cpp", "command": "cc a.cpp"},
    {"directory": "/t", "file": "a.c", "command": "cc a.c"}])");
  ASSERT_EQ(loaded.units.size(), 1u);
  EXPECT_EQ(loaded.units[0].file, "/t/a.c");
}

TEST(CompileDatabase, EachErrorIsOneLineWithItsPlace) {
  TemporaryDirectory folder;
  EXPECT_NE(load(folder.path("none.json")).error.find("cannot read the compile database " + folder.path("none.json")),
            std::string::npos);
  std::string broken = loadText(folder, "[\n  {\"directory\": \"/t\",,}]").error;
  EXPECT_NE(broken.find("broken JSON: [2:22"), std::string::npos) << broken;
  for (const char *json : {"[]", "{}", "[{\"directory\": \"/t\", \"file\": \"a.c\"}]", "[1]", "[", ""}) {
    std::string error = loadText(folder, json).error;
    EXPECT_FALSE(error.empty()) << json;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
  EXPECT_NE(loadText(folder, "[]").error.find("lists no C file"), std::string::npos);
}

TEST(SourceRoot, IsTheTopOfTheKernelTree) {
  TemporaryDirectory folder;
  for (const char *mark : {"Kbuild", "Kconfig", "MAINTAINERS"})
    folder.write(mark, "");
  folder.write("drivers/net/Kconfig", "");
  EXPECT_EQ(findSourceRoot(folder.path("drivers/net/a.c")), folder.path());
}

TEST(SourceRoot, IsTheFilesFolderElsewhere) {
  TemporaryDirectory folder;
  EXPECT_EQ(findSourceRoot(folder.path("module/a.c")), folder.path("module"));
}

} // namespace
