#include "tests/unit/runtime/alloc/vmalloc_machine.h"

#include <gtest/gtest.h>

#include <set>

using namespace kmem::sim;

namespace {

bool contains(const std::vector<std::string> &lines, std::string_view text) {
  for (const std::string &line : lines)
    if (line.find(text) != std::string::npos)
      return true;
  return false;
}

/// A machine whose slabs fail on demand.
class Failing : public Oracle {
public:
  bool decide(const Question &) override { return fails; }
  bool fails = false;
};
struct FailingMachine {
  Kernel kernel{*profileNamed("612dbg")};
  Failing oracle;
  PageAllocator pages{kernel, oracle};
  Slub slub{kernel, pages, oracle};
  Kmalloc kmalloc{kernel, pages, slub};
  Mempools pools{kernel, pages, slub, kmalloc};
};

TEST(Mempool, KeepsItsMinimumForTheTimeWhenThereIsNothing) {
  FailingMachine machine;
  const Gfp atomic = machine.kernel.profile.gfp.atomicAllocation();
  const MempoolId pool = machine.pools.createKmalloc(2, 64);
  EXPECT_EQ(machine.pools[pool].current, 2u);
  machine.oracle.fails = true;
  const Address first = machine.pools.allocate(pool, atomic);
  EXPECT_TRUE(first && machine.pools.allocate(pool, atomic));
  EXPECT_EQ(machine.pools.allocate(pool, atomic), 0u);
  machine.pools.free(pool, first);
  EXPECT_EQ(machine.pools[pool].current, 1u) << "the reserve is filled first";
  EXPECT_EQ(machine.pools.allocate(pool, atomic), first);
}

TEST(Mempool, WaitsForAnElementWhenItMaySleep) {
  FailingMachine machine;
  const MempoolId pool = machine.pools.createKmalloc(1, 64);
  machine.oracle.fails = true;
  const Address only = machine.pools.allocate(pool, machine.kernel.profile.gfp.kernel());
  Deferred &deferred = machine.kernel.deferred;
  const auto giveBack = deferred.registerCallback([&](uint64_t element) { machine.pools.free(pool, element); });
  deferred.queueWork(deferred.create(DeferredKind::Work, giveBack, only));
  EXPECT_EQ(machine.pools.allocate(pool, machine.kernel.profile.gfp.kernel()), only);
}

TEST(Mempool, ResizesUpAndDown) {
  VmallocMachine machine;
  const MempoolId pool = machine.mempools.createPages(2, 1);
  EXPECT_EQ(machine.mempools.resize(pool, 5), 0);
  EXPECT_EQ(machine.mempools[pool].current, 5u);
  EXPECT_EQ(machine.mempools.resize(pool, 1), 0);
  EXPECT_EQ(machine.mempools[pool].current, 1u);
  EXPECT_EQ(deathOf([&] { machine.mempools.resize(pool, 0); }), DeathKind::Oops);
}

TEST(Mempool, WarnsAboutZeroedElements) {
  VmallocMachine machine;
  const MempoolId pool = machine.mempools.createKmalloc(1, 64);
  machine.mempools.allocate(pool, machine.gfp() | machine.kernel.profile.gfp.zero);
  EXPECT_TRUE(contains(machine.printed(), "at mm/mempool.c:411 mempool_alloc_noprof"));
}

TEST(Mempool, AllComesBack) {
  VmallocMachine machine;
  const CacheId cache = machine.ownCache(96);
  const MempoolId pool = machine.mempools.createSlab(3, cache);
  machine.mempools.free(pool, machine.mempools.allocate(pool, machine.gfp()));
  machine.mempools.destroy(pool);
  EXPECT_EQ(machine.slub.liveObjects(cache), 0u);
}

TEST(DmaCoherent, TakesTheZoneThatTheMaskAllows) {
  VmallocMachine machine;
  const DeviceId device = machine.dma.addDevice("platform", "probe");
  const CoherentMemory any = machine.dma.allocateCoherent(device, 8192, machine.gfp());
  EXPECT_EQ(any.address, directMapStart + any.bus);
  ASSERT_EQ(machine.dma.setCoherentMask(device, dmaBitMask(24)), 0);
  const CoherentMemory low = machine.dma.allocateCoherent(device, 100, machine.gfp());
  EXPECT_LT(low.bus, uint64_t(16) << 20);
  EXPECT_EQ(machine.dma.setMask(device, dmaBitMask(12)), -5);
}

TEST(DmaCoherent, ClearsItsMemory) {
  VmallocMachine machine;
  const DeviceId device = machine.dma.addDevice("platform", "probe");
  const CoherentMemory first = machine.dma.allocateCoherent(device, 4096, machine.gfp());
  machine.kernel.memory.fill(first.address, 0xff, 4096);
  machine.dma.freeCoherent(device, 4096, first);
  const CoherentMemory second = machine.dma.allocateCoherent(device, 4096, machine.gfp());
  EXPECT_EQ(machine.kernel.memory.load<uint64_t>(second.address), 0u);
}

TEST(DmaCoherent, WarnsAboutCompoundPagesAndInterruptsThatAreOff) {
  VmallocMachine machine;
  const DeviceId device = machine.dma.addDevice("platform", "probe");
  const CoherentMemory memory = machine.dma.allocateCoherent(device, 4096, machine.gfp());
  EXPECT_EQ(machine.dma.allocateCoherent(device, 4096, machine.gfp() | machine.kernel.profile.gfp.comp).address, 0u);
  EXPECT_TRUE(contains(machine.printed(), "kernel/dma/mapping.c:605 dma_alloc_attrs"));
  const bool before = machine.kernel.context.irqSave();
  machine.dma.freeCoherent(device, 4096, memory);
  machine.kernel.context.irqRestore(before);
  EXPECT_TRUE(contains(machine.printed(), "kernel/dma/mapping.c:650 dma_free_attrs"));
}

TEST(DmaMap, RefusesVmallocMemory) {
  VmallocMachine machine;
  const DeviceId device = machine.dma.addDevice("platform", "probe");
  const Address object = machine.kmalloc.kmalloc(64, machine.gfp());
  EXPECT_EQ(machine.dma.mapSingle(device, object, 64), object - directMapStart);
  EXPECT_EQ(machine.dma.mapSingle(device, machine.vmalloc.vmalloc(4096), 64), dmaMappingError);
  EXPECT_TRUE(contains(machine.printed(), "platform probe: rejecting DMA map of vmalloc memory"));
  ASSERT_EQ(machine.dma.setMask(device, dmaBitMask(24)), 0);
  const Address high = machine.pages.getFreePages(machine.gfp(), 0);
  EXPECT_EQ(machine.dma.mapSingle(device, high, 64), dmaMappingError);
}

class DmaPoolOf : public testing::TestWithParam<const char *> {};
INSTANTIATE_TEST_SUITE_P(Releases, DmaPoolOf, testing::Values("612dbg", "61dbg"));

TEST_P(DmaPoolOf, BlocksAreDistinctAndCrossNoBoundary) {
  VmallocMachine machine(GetParam());
  const DeviceId device = machine.dma.addDevice("platform", "probe");
  const DmaPoolId pool = machine.dmaPools.create("probe", device, 96, 16, 1024);
  ASSERT_TRUE(pool);
  std::set<BusAddress> seen;
  std::vector<CoherentMemory> blocks;
  for (int i = 0; i < 100; ++i) {
    blocks.push_back(machine.dmaPools.allocate(pool, machine.gfp()));
    const BusAddress bus = blocks.back().bus;
    EXPECT_TRUE(seen.insert(bus).second);
    EXPECT_EQ(bus % 16, 0u);
    EXPECT_EQ(bus / 1024, (bus + 95) / 1024);
    EXPECT_EQ(blocks.back().address, directMapStart + bus);
  }
  for (const CoherentMemory &block : blocks)
    machine.dmaPools.free(pool, block);
  EXPECT_EQ(machine.dmaPools[pool].active, 0u);
  EXPECT_EQ(machine.dmaPools.allocate(pool, machine.gfp()).bus, blocks.back().bus) << "last in, first out";
  machine.printed();
  machine.dmaPools.destroy(pool);
  EXPECT_TRUE(contains(machine.printed(), "busy"));
}

TEST_P(DmaPoolOf, RefusesWhatMakesNoSense) {
  VmallocMachine machine(GetParam());
  const DeviceId device = machine.dma.addDevice("platform", "probe");
  EXPECT_EQ(machine.dmaPools.create("probe", device, 0, 0, 0), 0u);
  EXPECT_EQ(machine.dmaPools.create("probe", device, 64, 3, 0), 0u);
  EXPECT_EQ(machine.dmaPools.create("probe", device, 64, 0, 32), 0u);
  EXPECT_EQ(machine.dmaPools.create("probe", device, 64, 0, 96), 0u);
}

TEST(Devres, GoesWithTheDeviceNewestFirst) {
  VmallocMachine machine;
  const DeviceId device = machine.dma.addDevice("platform", "probe");
  std::vector<uint64_t> order;
  const uint32_t action = machine.devres.registerAction([&](uint64_t argument) { order.push_back(argument); });
  EXPECT_EQ(machine.devres.addAction(device, action, 1), 0);
  EXPECT_TRUE(machine.devres.kzalloc(device, 64, machine.gfp()));
  EXPECT_EQ(machine.devres.addAction(device, action, 2), 0);
  EXPECT_EQ(machine.devres.resources(device), 3u);
  machine.devres.releaseAll(device);
  EXPECT_EQ(order, (std::vector<uint64_t>{2, 1}));
  EXPECT_EQ(machine.devres.resources(device), 0u);
}

TEST(Devres, TakesFortyBytesMore) {
  VmallocMachine machine;
  const DeviceId device = machine.dma.addDevice("platform", "probe");
  const Address memory = machine.devres.kmalloc(device, 64, machine.gfp());
  EXPECT_EQ(machine.kmalloc.cacheNameOf(memory - 40), "kmalloc-128");
  EXPECT_EQ(machine.devres.krealloc(device, memory, 80, machine.gfp()), memory);
  const Address moved = machine.devres.krealloc(device, memory, 200, machine.gfp());
  EXPECT_NE(moved, memory);
  machine.devres.kfree(device, moved);
  EXPECT_TRUE(machine.printed().empty());
}

TEST(Devres, WarnsAboutMemoryOfOthers) {
  VmallocMachine machine;
  const DeviceId device = machine.dma.addDevice("platform", "one"), other = machine.dma.addDevice("platform", "two");
  const Address memory = machine.devres.kmalloc(device, 64, machine.gfp());
  machine.devres.kfree(other, memory);
  EXPECT_TRUE(contains(machine.printed(), "drivers/base/devres.c:1077 devm_kfree"));
  EXPECT_EQ(machine.devres.resources(device), 1u);
}

} // namespace
