// Comparators find the differences that count and leave out what depends on the boot.
#include "runtime/scenario/comparison.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

Record parse(llvm::StringRef text) { return *llvm::cantFail(llvm::json::parse(text)).getAsObject(); }

constexpr llvm::StringLiteral zoneOfBatch15(R"({"op":"zone_state","zone":"DMA32","pcp_batch":15})");

size_t differences(llvm::StringRef group, llvm::StringRef expected, llvm::StringRef actual,
                   llvm::StringRef zoneState = "{}") {
  TruthFile file;
  file.profile = *profileNamed("612dbg");
  file.profile.cpus = 1;
  file.records.push_back({1, parse(zoneState)});
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

/// A zone at the failure of a request of `order`, with free blocks of orders 0 to 4.
std::string zoneLeft(unsigned order, const char *blocks, const char *more = "") {
  return "{\"op\":\"exhaust\",\"args\":{\"order\":" + std::to_string(order) +
         "},\"zones_at_failure\":{\"DMA32\":{\"nr_free\":[" + blocks + "]" + more + "}}}";
}

TEST(Comparison, memoryLeftAsExactAsTheKernelsCounter) {
  const std::string kernel = zoneLeft(1, "0,50,0,0,0", ",\"min\":200"); // 100 pages
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(1, "0,54,0,0,0", ",\"min\":200")), 1u);
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(1, "0,2,24,0,0", ",\"min\":200")), 0u);
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(1, "0,50,0,0,0", ",\"min\":199")), 1u);
  EXPECT_EQ(
      differences("exhaust", kernel, zoneLeft(1, "0,50,0,0,0", ",\"min\":700,\"low\":500,\"high\":500,\"boost\":500")),
      0u);
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(1, "0,50,0,0,0", ",\"min\":200,\"highatomic\":512")), 1u);
  EXPECT_EQ(differences("exhaust", kernel, R"({"op":"exhaust","args":{"order":1},"zones_at_failure":{}})"), 1u);
}

TEST(Comparison, smallBlocksAreLeftoversWhenALargeOneIsWanted) {
  EXPECT_EQ(differences("exhaust", zoneLeft(4, "9,9,9,9,0"), zoneLeft(4, "1,1,1,1,0")), 0u);
  EXPECT_EQ(differences("exhaust", zoneLeft(4, "9,9,9,9,0", ",\"min\":500"), zoneLeft(4, "1,1,1,1,9", ",\"min\":500")),
            1u);
}

TEST(Comparison, singlePagesWithinABatch) {
  const std::string kernel = zoneLeft(0, "100", ",\"pcp\":200");
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(0, "114", ",\"pcp\":200"), zoneOfBatch15), 0u);
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(0, "116", ",\"pcp\":200"), zoneOfBatch15), 1u);
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(0, "560", ",\"pcp\":60"), zoneOfBatch15), 0u); // disturbed
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(0, "590", ",\"pcp\":60"), zoneOfBatch15), 1u);
}

TEST(Comparison, memoryLeftAboveADifferentBoost) {
  const std::string kernel = zoneLeft(1, "0,50,0,0,0", ",\"min\":200,\"low\":200,\"high\":200"); // 100 pages
  const char *boosted = ",\"min\":700,\"low\":700,\"high\":700,\"boost\":500";
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(1, "0,293,0,0,0", boosted), zoneOfBatch15), 0u);
  EXPECT_EQ(differences("exhaust", kernel, zoneLeft(1, "0,320,0,0,0", boosted), zoneOfBatch15), 1u);
}

TEST(Comparison, everyGroupHasOne) {
  for (const Group &group : groups())
    EXPECT_TRUE(comparisonOf(group.name)) << group.name.str();
}

} // namespace
