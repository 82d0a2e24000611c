// Every scenario of examples/sim runs as it says: steps that expect something get it, and what it prints is the file
// beside it, byte by byte.
#include "runtime/scenario/scenario_run.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace kmem::sim;

namespace {

std::vector<std::string> exampleFiles() {
  std::vector<std::string> files;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(std::string(KMEM_SOURCE_DIR) + "/examples/sim", error), end;
       it != end && !error; it.increment(error))
    if (llvm::sys::path::extension(it->path()) == ".jsonl")
      files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

/// What a run prints; unmet expectations fail the test.
std::string printed(const Scenario &scenario) {
  std::string lines;
  ScenarioRun(scenario).run([&](const Record &record) {
    EXPECT_FALSE(record.get("unmet")) << resultLine(record);
    lines += resultLine(record) + "\n";
  });
  return lines;
}

/// contexts.expected beside contexts.jsonl; examples/sim/expect writes it.
std::string expectedOf(llvm::StringRef scenario) {
  llvm::SmallString<128> path(scenario);
  llvm::sys::path::replace_extension(path, "expected");
  const auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "there is no " + path.str().str();
}

class SimExamples : public testing::TestWithParam<std::string> {};

TEST_P(SimExamples, runAsExpected) {
  Problems problems;
  const auto scenario = readScenario(GetParam(), problems);
  ASSERT_TRUE(scenario) << llvm::join(problems, "\n");
  EXPECT_EQ(printed(*scenario), expectedOf(GetParam()));
}

std::string testName(const testing::TestParamInfo<std::string> &info) {
  std::string name = llvm::sys::path::stem(info.param).str();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, SimExamples, testing::ValuesIn(exampleFiles()), testName);

TEST(Expectations, areFieldsAndParts) {
  const Record result{{"result", "ptr"}, {"console", llvm::json::Array{"one two", "three"}}};
  EXPECT_TRUE(unmetBy(Record{{"result", "ptr"}}, result).empty());
  EXPECT_FALSE(unmetBy(Record{{"result", "NULL"}}, result).empty());
  EXPECT_FALSE(unmetBy(Record{{"zone", "DMA"}}, result).empty());
  EXPECT_TRUE(unmetBy(Record{{"console", llvm::json::Array{"two", "three"}}}, result).empty());
  EXPECT_FALSE(unmetBy(Record{{"console", llvm::json::Array{"three", "two"}}}, result).empty());
  EXPECT_FALSE(unmetBy(Record{{"console", llvm::json::Array{}}}, result).empty());
  EXPECT_TRUE(unmetBy(Record{{"console", llvm::json::Array{}}}, Record{}).empty());
}

} // namespace
