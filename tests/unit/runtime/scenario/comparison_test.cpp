// Comparators find the differences that count and leave out what depends on the boot.
#include "runtime/scenario/comparison.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

Record parse(llvm::StringRef text) { return *llvm::cantFail(llvm::json::parse(text)).getAsObject(); }

size_t differences(llvm::StringRef group, llvm::StringRef expected, llvm::StringRef actual) {
  TruthFile file;
  file.profile = *profileNamed("612dbg");
  const Record kernel = parse(expected), simulated = parse(actual);
  return comparisonOf(group)->compare({kernel, simulated, file}).size();
}

TEST(Comparison, normalisedLines) {
  EXPECT_EQ(normalised("WARNING: CPU: 1 PID: 30 at mm/slub.c:1 kfree+0x10/0x20"),
            "WARNING: CPU: N PID: N at mm/slub.c:1 kfree");
  EXPECT_EQ(normalised("bad address (ffffc90000160fff)"), normalised("bad address (000000008fcd0482)"));
  EXPECT_NE(normalised("at mm/slub.c:1"), normalised("at mm/slub.c:2"));
}

TEST(Comparison, allocationsExactButForAddresses) {
  EXPECT_EQ(differences("gfp", R"({"op":"a","zone":"DMA","phys":"0x1"})", R"({"op":"a","zone":"DMA","phys":"0x2"})"),
            0u);
  EXPECT_EQ(differences("gfp", R"({"op":"a","zone":"DMA"})", R"({"op":"a","zone":"DMA32"})"), 1u);
  EXPECT_EQ(differences("sizes", R"({"op":"a","result":"NULL"})", R"({"op":"a"})"), 1u);
  EXPECT_EQ(differences("sizes", R"({"op":"a","splat":["x"]})", R"({"op":"a","splat":[]})"), 1u);
}

TEST(Comparison, alignmentOfOneBlockIsAPromise) {
  const char *kernel = R"({"op":"kmalloc_big","ksize":8192,"align":65536})";
  EXPECT_EQ(differences("sizes", kernel, R"({"op":"kmalloc_big","ksize":8192,"align":8192})"), 0u);
  EXPECT_EQ(differences("sizes", kernel, R"({"op":"kmalloc_big","ksize":8192,"align":4096})"), 1u);
}

TEST(Comparison, changesOfFreeListsCountPages) {
  const char *kernel = R"({"op":"drained_alloc","args":{"order":0},"delta":{"DMA32":[-1,-3,-2]}})";
  EXPECT_EQ(differences("buddy", kernel, R"({"op":"drained_alloc","args":{"order":0},"delta":{"DMA32":[1,0,0,0,-1]}})"),
            0u);
  EXPECT_EQ(differences("buddy", kernel, R"({"op":"drained_alloc","args":{"order":0},"delta":{"DMA32":[-1]}})"), 1u);
  EXPECT_EQ(differences("buddy", R"({"op":"free_odd_pages_of_split_o6","delta":{"DMA32":[-32,0,0,0,0,0,1]}})",
                        R"({"op":"free_odd_pages_of_split_o6","delta":{"DMA32":[-30,-1,0,0,0,0,1]}})"),
            1u);
}

TEST(Comparison, firstReportOfTheMatrix) {
  const char *kernel = R"({"api":"a","ctx":"c","verdict":"SI","text":["inconsistent lock state",
      "BUG: sleeping function called from invalid context at x.h:1"]})";
  EXPECT_EQ(differences("matrix", kernel, R"({"api":"a","ctx":"c","verdict":"I","text":["inconsistent lock state"]})"),
            0u);
  EXPECT_EQ(differences("matrix", kernel, R"({"api":"a","ctx":"c","verdict":".","text":[]})"), 1u);
  EXPECT_FALSE(comparisonOf("matrix")->counts(parse(R"({"verdict":"K*"})"), true));
  EXPECT_FALSE(comparisonOf("matrix")->counts(parse(R"({"verdict":"SA!"})"), true));
  EXPECT_TRUE(comparisonOf("matrix")->counts(parse(R"({"verdict":"S"})"), true));
}

TEST(Comparison, outcomesOfMisuse) {
  const char *silent = R"({"op":"mismatch","result":"returned","splat":[]})";
  const char *warned = R"({"op":"mismatch","result":"returned","splat":["WARNING: x"]})";
  const char *died = R"({"op":"mismatch","result":"thread did not return","splat":["WARNING: x"]})";
  EXPECT_EQ(differences("mismatch", silent, silent), 0u);
  EXPECT_EQ(differences("mismatch", silent, warned), 1u);
  EXPECT_EQ(differences("mismatch", warned, died), 1u);
}

TEST(Comparison, randomFailuresByRate) {
  const std::string tens(100, '.');
  std::string half = tens;
  for (size_t i = 0; i < half.size(); i += 2)
    half[i] = 'F';
  auto record = [](const std::string &op, const std::string &result) {
    return "{\"op\":\"" + op + "\",\"result\":\"" + result + "\"}";
  };
  const std::string op = "failslab p=50 interval=1";
  EXPECT_EQ(differences("fault", record(op, tens), record(op, half)), 0u);
  EXPECT_EQ(differences("fault", record(op, half), record(op, tens)), 1u);
  EXPECT_EQ(differences("fault", record("failslab p=100 interval=1", half), record("failslab p=100 interval=1", tens)),
            1u);
}

TEST(Comparison, everyGroupHasOne) {
  for (const Group &group : groups())
    EXPECT_TRUE(comparisonOf(group.name)) << group.name.str();
}

} // namespace
