#include "runtime/fault/kernel_faults.h"

#include <gtest/gtest.h>

namespace {
using namespace kmem::sim;

Profile withFaults() {
  Profile profile = *profileNamed("612dbg");
  profile.failUserCopy = true;
  return profile;
}

struct KernelFaultsTest : testing::Test {
  Kernel kernel{withFaults()};
  KernelFaults faults{kernel, 1};
  const GfpFlags &gfp = kernel.profile.gfp;

  bool slab(Gfp flags, uint64_t size = 64, bool marked = false) {
    return faults.decide({.point = DecisionPoint::Slab, .gfp = flags, .size = size, .cacheMarked = marked});
  }
  bool page(Gfp flags, unsigned order) {
    return faults.decide({.point = DecisionPoint::PageAlloc, .gfp = flags, .order = order});
  }
  /// 'F' for a failure of kmalloc(64, GFP_KERNEL), '.' for a success.
  std::string pattern(unsigned n) {
    std::string all;
    while (n--)
      all += slab(gfp.kernel()) ? 'F' : '.';
    return all;
  }
  FaultAttr &always() {
    faults.failslab().ignoreGfpReclaim = false;
    FaultAttr &attr = faults.failslab().attr;
    attr = {.probability = 100, .times = -1};
    return attr;
  }
};

TEST_F(KernelFaultsTest, nothingFailsAtFirst) {
  EXPECT_FALSE(slab(gfp.kernel()) || slab(0) || page(0, 5));
  EXPECT_FALSE(faults.decide({.point = DecisionPoint::UserCopy}));
}

TEST_F(KernelFaultsTest, intervalCountsRequests) {
  always().interval = 3;
  EXPECT_EQ(pattern(9), "..F..F..F");
}

TEST_F(KernelFaultsTest, timesCountsFailures) {
  always().times = 2;
  faults.failslab().attr.interval = 2;
  EXPECT_EQ(pattern(8), ".F.F....");
}

TEST_F(KernelFaultsTest, spaceIsTakenBySizesBeforeTheIntervalCounts) {
  always().space = 300;
  faults.failslab().attr.interval = 4;
  EXPECT_EQ(pattern(12), ".......F...F") << "four requests of 64 fit, the fifth is the first that counts";
  EXPECT_EQ(faults.failslab().attr.space, 300 - 4 * 64);
}

TEST_F(KernelFaultsTest, spaceOfPagesIsInPages) {
  faults.failPageAlloc() = {.attr = {.probability = 100, .times = -1, .space = 3}, .ignoreGfpReclaim = false};
  EXPECT_FALSE(page(gfp.kernel(), 1));
  EXPECT_TRUE(page(gfp.kernel(), 1));
}

TEST_F(KernelFaultsTest, slabFilters) {
  always();
  EXPECT_FALSE(slab(gfp.kernel() | gfp.nofail));
  faults.failslab().ignoreGfpReclaim = true;
  EXPECT_FALSE(slab(gfp.kernel()));
  EXPECT_TRUE(slab(gfp.atomicAllocation()));
  faults.failslab().cacheFilter = true;
  EXPECT_FALSE(slab(gfp.atomicAllocation()));
  EXPECT_TRUE(slab(gfp.atomicAllocation(), 64, /*marked=*/true));
}

TEST_F(KernelFaultsTest, pageFilters) {
  faults.failPageAlloc().attr = {.probability = 100, .times = -1};
  EXPECT_FALSE(page(gfp.atomicAllocation(), 0)) << "min-order is 1";
  EXPECT_TRUE(page(gfp.atomicAllocation(), 1));
  EXPECT_FALSE(page(gfp.atomicAllocation() | gfp.highmem, 1));
  EXPECT_FALSE(page(gfp.kernel(), 1));
  faults.failPageAlloc().ignoreGfpReclaim = false;
  EXPECT_TRUE(page(gfp.kernel(), 1));
  EXPECT_FALSE(page(gfp.kernel() | gfp.nofail, 1));
}

TEST_F(KernelFaultsTest, aTaskFilterWantsMakeItFail) {
  always().taskFilter = true;
  EXPECT_EQ(pattern(2), "..");
  kernel.context.taskForWrite().makeItFail = true;
  EXPECT_EQ(pattern(2), "FF");
}

TEST_F(KernelFaultsTest, aTaskFilterLeavesInterruptsAlone) {
  always().taskFilter = true;
  kernel.context.taskForWrite().makeItFail = true;
  kernel.context.preemptAdd(hardirqOffset);
  EXPECT_EQ(pattern(2), "..");
  kernel.context.preemptSub(hardirqOffset);
  kernel.context.bhDisable();
  EXPECT_EQ(pattern(2), "FF") << "bottom halves disabled is still a task";
  kernel.context.bhEnable();
}

TEST_F(KernelFaultsTest, failNthIsTheTasksAndAsksNobodyElse) {
  faults.failslab().ignoreGfpReclaim = false;
  kernel.context.taskForWrite().failNth = 3;
  EXPECT_EQ(pattern(5), "..F..");
}

TEST_F(KernelFaultsTest, printsWhatTheKernelPrintsByVerbosity) {
  always();
  faults.failslab().attr.times = 2;
  faults.failslab().attr.verbose = 1;
  const Console::Mark start = kernel.console.mark();
  slab(gfp.kernel());
  slab(gfp.kernel() | gfp.nowarn);
  EXPECT_EQ(kernel.console.since(start),
            (std::vector<std::string>{"FAULT_INJECTION: forcing a failure.\n"
                                      "name failslab, interval 1, probability 100, space 0, times 2"}));
  faults.failslab().attr = {.probability = 100, .times = -1, .verbose = 0};
  const Console::Mark silent = kernel.console.mark();
  slab(gfp.kernel());
  EXPECT_EQ(kernel.console.since(silent).size(), 0u);
}

TEST_F(KernelFaultsTest, verboseTwoAddsTheHeaderOfTheStack) {
  always();
  const Console::Mark start = kernel.console.mark();
  slab(gfp.kernel());
  const std::vector<std::string> lines = kernel.console.since(start);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1].rfind("CPU: 0 UID: 0 PID: ", 0), 0u) << lines[1];
}

TEST_F(KernelFaultsTest, drawsFollowTheProbabilityAndTheSeed) {
  always().probability = 10;
  faults.failslab().attr.verbose = 0;
  const KernelFaults::State start = faults.state();
  const std::string first = pattern(10000);
  const auto failures = std::count(first.begin(), first.end(), 'F');
  EXPECT_NEAR(double(failures), 1000, 3 * 30) << "three sigma";
  faults.restore(start);
  EXPECT_EQ(pattern(10000), first);
}

TEST_F(KernelFaultsTest, capabilitiesThatWereNotConfiguredDoNotExist) {
  Kernel distribution{*profileNamed("deb612")};
  KernelFaults none{distribution};
  none.failslab() = {.attr = {.probability = 100, .times = -1}, .ignoreGfpReclaim = false};
  none.failUserCopy().attr = {.probability = 100, .times = -1};
  EXPECT_FALSE(none.decide({.point = DecisionPoint::Slab}));
  EXPECT_FALSE(none.decide({.point = DecisionPoint::UserCopy}));
}

TEST(FaultAttr, parsesBootParameters) {
  EXPECT_EQ(parseFaultAttr("3,50,64,-1"), (FaultAttr{.probability = 50, .interval = 3, .times = -1, .space = 64}));
  EXPECT_EQ(parseFaultAttr("3,50,64"), std::nullopt);
  EXPECT_EQ(parseFaultAttr("a,50,64,1"), std::nullopt);
}

} // namespace
