#include "tests/unit/runtime/alloc/vmalloc_machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace kmem::sim;

namespace {

bool printed(const Kernel &kernel, std::string_view text) {
  for (const std::string &line : kernel.console.since(0))
    if (line.find(text) != std::string::npos)
      return true;
  return false;
}

TEST(Vmalloc, IsMappedPageByPageWithAGuardBehind) {
  VmallocMachine machine;
  const Address memory = machine.vmalloc.vmalloc(3 * pageSize + 1);
  ASSERT_TRUE(isVmallocAddress(memory));
  const auto area = machine.vmalloc.findVmArea(memory);
  ASSERT_TRUE(area);
  EXPECT_EQ(area->size, 5 * pageSize);
  EXPECT_EQ(area->flags, VmAlloc);
  EXPECT_EQ(area->pageCount, 4u);
  for (int page = 0; page < 4; ++page)
    EXPECT_TRUE(machine.vmalloc.toPage(memory + page * pageSize));
  EXPECT_FALSE(machine.vmalloc.toPage(memory + 4 * pageSize));
}

TEST(Vmalloc, HoldsWhatIsWrittenAcrossPages) {
  VmallocMachine machine;
  const Address memory = machine.vmalloc.vzalloc(2 * pageSize);
  EXPECT_EQ(machine.kernel.memory.load<uint64_t>(memory + pageSize - 4), 0u);
  machine.kernel.memory.store(memory + pageSize - 4, uint64_t(0x1122334455667788));
  EXPECT_EQ(machine.kernel.memory.load<uint64_t>(memory + pageSize - 4), 0x1122334455667788u);
}

TEST(Vmalloc, RefusesNothingAndMoreThanThereIs) {
  VmallocMachine machine;
  EXPECT_EQ(machine.vmalloc.vmalloc(0), 0u);
  EXPECT_TRUE(printed(machine.kernel, "WARNING: CPU: 0 PID: 1 at mm/vmalloc.c:3838 __vmalloc_node_range_noprof"));
  EXPECT_EQ(machine.vmalloc.vmalloc(uint64_t(1) << 30), 0u);
  EXPECT_TRUE(printed(machine.kernel, "vmalloc error: size 1073741824, exceeds total pages, mode:0xcc0(GFP_KERNEL)"));
}

TEST(Vmalloc, AddressesOfFreedAreasWait) {
  VmallocMachine machine;
  const uint64_t waiting = machine.vmalloc.lazyPages();
  const Address first = machine.vmalloc.vmalloc(pageSize);
  machine.vmalloc.vfree(first);
  EXPECT_EQ(machine.vmalloc.lazyPages(), waiting + 2);
  EXPECT_NE(machine.vmalloc.vmalloc(pageSize), first);
  EXPECT_FALSE(machine.vmalloc.toPage(first));
}

TEST(Vmalloc, ThePurgeComesWhenEnoughWait) {
  VmallocMachine machine;
  const uint64_t size = uint64_t(8) << 20;
  while (machine.vmalloc.lazyPages() <= machine.vmalloc.lazyMaxPages())
    machine.vmalloc.vfree(machine.vmalloc.vmalloc(size));
  machine.kernel.deferred.runPending();
  EXPECT_EQ(machine.vmalloc.lazyPages(), 0u);
}

TEST(Vmalloc, AnyAddressInAnAreaFreesIt) {
  VmallocMachine machine;
  const Address memory = machine.vmalloc.vmalloc(4 * pageSize);
  machine.vmalloc.vfree(memory + pageSize);
  EXPECT_FALSE(machine.vmalloc.findVmArea(memory));
}

TEST(Vmalloc, ReportsPointersThatAreNotItsOwn) {
  VmallocMachine machine;
  const Address memory = machine.vmalloc.vmalloc(4 * pageSize);
  machine.vmalloc.vfree(memory + 5);
  EXPECT_TRUE(printed(machine.kernel, "Trying to vfree() bad address ("));
  EXPECT_TRUE(printed(machine.kernel, "at mm/vmalloc.c:3291 remove_vm_area"));
  EXPECT_TRUE(printed(machine.kernel, "Trying to vfree() nonexistent vm area ("));
  EXPECT_TRUE(machine.vmalloc.findVmArea(memory));
}

TEST(Vmalloc, OldKernelsReportABadPointerOnce) {
  VmallocMachine machine("61dbg");
  machine.vmalloc.vfree(machine.vmalloc.vmalloc(pageSize) + 5);
  EXPECT_TRUE(printed(machine.kernel, "at mm/vmalloc.c:2752 __vunmap"));
  EXPECT_FALSE(printed(machine.kernel, "nonexistent"));
}

TEST(Vmalloc, VfreeInAnInterruptIsPutOff) {
  VmallocMachine machine;
  const Address memory = machine.vmalloc.vmalloc(pageSize);
  machine.kernel.context.bhDisable();
  machine.vmalloc.vfree(memory);
  EXPECT_TRUE(machine.vmalloc.findVmArea(memory));
  machine.kernel.context.bhEnable();
  machine.kernel.deferred.runPending();
  EXPECT_FALSE(machine.vmalloc.findVmArea(memory));
}

TEST(Vmalloc, IsABugInAnInterrupt) {
  VmallocMachine machine;
  machine.kernel.context.bhDisable();
  EXPECT_THROW(machine.vmalloc.vmalloc(pageSize), Death);
  EXPECT_TRUE(printed(machine.kernel, "kernel BUG at mm/vmalloc.c:3177!"));
}

TEST(Vmalloc, MaySleepWhateverTheFlags) {
  VmallocMachine machine;
  machine.kernel.context.preemptDisable();
  EXPECT_NE(machine.vmalloc.allocate(pageSize, machine.kernel.profile.gfp.atomicAllocation()), 0u);
  machine.kernel.context.preemptEnable();
  EXPECT_TRUE(printed(machine.kernel, "BUG: sleeping function called from invalid context at mm/vmalloc.c:2030"));
}

TEST(Vmalloc, LargeAreasKeepTheirFramesInAnAreaOfTheirOwn) {
  VmallocMachine machine;
  const uint64_t areas = machine.vmalloc.space().busyCount();
  machine.vmalloc.vfree(machine.vmalloc.vmalloc(512 * pageSize));
  EXPECT_EQ(machine.vmalloc.space().busyCount(), areas);
  const Address large = machine.vmalloc.vmalloc(513 * pageSize);
  EXPECT_EQ(machine.vmalloc.space().busyCount(), areas + 2);
  machine.vmalloc.vfree(large);
  EXPECT_EQ(machine.vmalloc.space().busyCount(), areas);
}

TEST(Vmap, MapsOthersFramesAndLeavesThem) {
  VmallocMachine machine;
  const Gfp gfp = machine.gfp();
  const Pfn frames[] = {*machine.pages.allocate(gfp, 0), *machine.pages.allocate(gfp, 0)};
  machine.kernel.memory.store(pageToVirt(frames[1]), 4711);
  const Address area = machine.vmalloc.vmapFrames(frames, VmMap);
  EXPECT_EQ(machine.kernel.memory.load<int>(area + pageSize), 4711);
  machine.vmalloc.vunmap(area);
  EXPECT_EQ(machine.kernel.memory.page(frames[1]).refCount, 1);
}

TEST(Vmap, SmallMappingsShareABlock) {
  VmallocMachine machine;
  const Pfn frame = *machine.pages.allocate(machine.gfp(), 0);
  const Address first = machine.vmalloc.vmMapRam({&frame, 1});
  const Address second = machine.vmalloc.vmMapRam({&frame, 1});
  EXPECT_EQ(second, first + pageSize);
  EXPECT_FALSE(machine.vmalloc.findVmArea(first));
  machine.vmalloc.vmUnmapRam(first, 1);
  EXPECT_EQ(machine.vmalloc.vmMapRam({&frame, 1}), second + pageSize) << "what came back waits for the whole block";
}

TEST(Vmap, DeviceRegistersMayBeMappedAndMemoryMayNot) {
  VmallocMachine machine;
  const Address registers = machine.vmalloc.ioremap(0xfed00010, 0x400);
  EXPECT_EQ(registers & ~pageMask, 0x10u);
  EXPECT_EQ(machine.vmalloc.findVmArea(registers)->physical, 0xfed00000u);
  machine.vmalloc.iounmap(registers);
  EXPECT_FALSE(machine.vmalloc.findVmArea(registers));
  EXPECT_EQ(machine.vmalloc.ioremap(0x2000000, 0x1000), 0u);
  EXPECT_TRUE(printed(machine.kernel, "ioremap on RAM at"));
}

TEST(Kvmalloc, FallsBackAboveAPageOnlyWhenItMaySleep) {
  VmallocMachine machine;
  const GfpFlags &gfp = machine.kernel.profile.gfp;
  EXPECT_FALSE(isVmallocAddress(machine.kvmalloc.kvmalloc(kmallocMaxSize, gfp.kernel())));
  EXPECT_TRUE(isVmallocAddress(machine.kvmalloc.kvmalloc(kmallocMaxSize + 1, gfp.kernel())));
  EXPECT_EQ(machine.kvmalloc.kvmalloc(kmallocMaxSize + 1, gfp.atomicAllocation()), 0u);
  EXPECT_EQ(machine.kvmalloc.kvcalloc(UINT64_MAX / 4, 8, gfp.kernel()), 0u);
  EXPECT_TRUE(machine.kernel.console.since(0).empty());
  EXPECT_EQ(machine.kvmalloc.kvmalloc(uint64_t(1) << 31, gfp.kernel()), 0u);
  EXPECT_TRUE(printed(machine.kernel, "at mm/util.c:670 __kvmalloc_node_noprof"));
}

TEST(Kvmalloc, GrowingMovesTheContent) {
  VmallocMachine machine;
  const Gfp gfp = machine.gfp();
  const Address small = machine.kvmalloc.kvmalloc(64, gfp);
  machine.kernel.memory.store(small, 42);
  const Address large = machine.kvmalloc.kvrealloc(small, 64, kmallocMaxSize + 1, gfp);
  ASSERT_TRUE(isVmallocAddress(large));
  EXPECT_EQ(machine.kernel.memory.load<int>(large), 42);
  machine.kvmalloc.kvfree(large);
}

/// Areas never overlap, page tables say what areas say, and all comes back.
RC_GTEST_PROP(VmallocLaw, AreasPagesAndTablesAgree, ()) {
  VmallocMachine machine(*rc::gen::element("612dbg", "61dbg"));
  const uint64_t emptyAreas = machine.vmalloc.space().busyCount();
  const auto steps = *rc::gen::container<std::vector<std::pair<bool, uint32_t>>>(
      rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange<uint32_t>(1, 40 * pageSize)));
  std::vector<Address> held;
  for (const auto &[frees, amount] : steps) {
    if (frees && !held.empty()) {
      std::swap(held[amount % held.size()], held.back());
      machine.vmalloc.vfree(held.back());
      held.pop_back();
    } else {
      held.push_back(machine.vmalloc.vmalloc(amount));
    }
  }
  Address end = 0;
  machine.vmalloc.space().forEachBusy([&](Address start, const VmArea &area) {
    RC_ASSERT(start >= end);
    end = start + area.size;
    return true;
  });
  for (const Address memory : held) {
    const VmArea area = *machine.vmalloc.findVmArea(memory);
    for (uint32_t i = 0; i < area.pageCount; ++i) {
      const auto pointer = machine.kernel.memory.load<Address>(area.pages + i * sizeof(Address));
      RC_ASSERT(pageToVmemmap(*machine.vmalloc.toPage(memory + i * pageSize)) == pointer);
    }
  }
  for (const Address memory : held)
    machine.vmalloc.vfree(memory);
  machine.vmalloc.vmUnmapAliases();
  RC_ASSERT(machine.vmalloc.space().busyCount() == emptyAreas);
  RC_ASSERT(machine.vmalloc.allocatedPages() == 0u);
  RC_ASSERT(machine.vmalloc.lazyPages() == 0u);
}

TEST(VmallocLaw, ASnapshotIsTheWholeTruth) {
  VmallocMachine machine;
  const Address kept = machine.vmalloc.vmalloc(pageSize);
  const Vmalloc::State before = machine.vmalloc.state();
  const uint64_t areas = machine.vmalloc.space().busyCount(), waiting = machine.vmalloc.lazyPages();
  machine.vmalloc.vfree(kept);
  machine.vmalloc.vmalloc(uint64_t(4) << 20);
  machine.vmalloc.restore(before);
  EXPECT_EQ(machine.vmalloc.space().busyCount(), areas);
  EXPECT_TRUE(machine.vmalloc.findVmArea(kept));
  EXPECT_EQ(machine.vmalloc.lazyPages(), waiting);
}

} // namespace
