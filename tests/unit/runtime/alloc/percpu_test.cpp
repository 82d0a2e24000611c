#include "tests/unit/runtime/alloc/vmalloc_machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

using namespace kmem::sim;

namespace {

TEST(Percpu, UnitsShareAHugePageWithoutWastingOne) {
  Profile profile = *profileNamed("612dbg");
  EXPECT_EQ(percpuLayoutOf(profile).unitSize, uint64_t(1) << 20);
  profile.cpus = 1;
  EXPECT_EQ(percpuLayoutOf(profile).unitSize, uint64_t(2) << 20);
  profile.cpus = 4;
  EXPECT_EQ(percpuLayoutOf(profile).unitSize, uint64_t(512) << 10);
}

TEST(Percpu, EveryCpuHasItsOwnZeroedCopy) {
  VmallocMachine machine;
  const PercpuPointer pointer = machine.percpu.allocate(16, 8);
  ASSERT_TRUE(pointer);
  EXPECT_EQ(machine.percpu.at(pointer, 1) - machine.percpu.at(pointer, 0), machine.percpu.layout().unitSize);
  machine.kernel.memory.store(machine.percpu.at(pointer, 0), 7);
  EXPECT_EQ(machine.kernel.memory.load<int>(machine.percpu.at(pointer, 1)), 0);
  machine.percpu.free(pointer);
  EXPECT_EQ(machine.percpu.allocate(16, 8), pointer) << "first fit";
  EXPECT_EQ(machine.kernel.memory.load<int>(machine.percpu.at(pointer, 0)), 0);
}

TEST(Percpu, WhatDoesNotFitTheFirstChunkIsVmallocMemory) {
  VmallocMachine machine;
  EXPECT_FALSE(isVmallocAddress(machine.percpu.at(machine.percpu.allocate(4096, 8), 0)));
  EXPECT_TRUE(isVmallocAddress(machine.percpu.at(machine.percpu.allocate(32768, 8), 0)));
  EXPECT_EQ(machine.percpu.chunkCount(), 3u);
}

TEST(Percpu, RefusesSizesAndAlignmentsAboveItsLimits) {
  VmallocMachine machine;
  EXPECT_EQ(machine.percpu.allocate(32769, 8), 0u);
  EXPECT_EQ(machine.percpu.allocate(64, 8192), 0u);
  const auto lines = machine.printed();
  EXPECT_EQ(lines.at(0), "illegal size (32772) or align (8) for percpu allocation");
  EXPECT_NE(lines.at(1).find("at mm/percpu.c:1780 pcpu_alloc_noprof"), std::string::npos);
}

TEST(Percpu, WithoutSleepingOnlyPagesThatAreThereAreUsed) {
  VmallocMachine machine;
  const Gfp atomic = machine.kernel.profile.gfp.atomicAllocation();
  machine.percpu.free(machine.percpu.allocate(32768, 8)); // a second chunk with eight pages
  unsigned count = 0;
  while (machine.percpu.allocate(1024, 8, atomic))
    ++count;
  EXPECT_EQ(count, 59u);
  EXPECT_EQ(machine.printed().at(0),
            "percpu: allocation failed, size=1024 align=8 atomic=1, atomic alloc failed, no space left");
  machine.kernel.deferred.runPending();
  EXPECT_TRUE(machine.percpu.allocate(1024, 8, atomic)) << "the balance work made pages";
}

TEST(Percpu, SpareChunksAreGivenBack) {
  VmallocMachine machine;
  std::vector<PercpuPointer> held;
  while (machine.percpu.chunkCount() < 5)
    held.push_back(machine.percpu.allocate(32768, 8));
  for (const PercpuPointer pointer : held)
    machine.percpu.free(pointer);
  machine.kernel.deferred.runPending();
  EXPECT_EQ(machine.percpu.chunkCount(), 4u) << "one without pages stays, and one whose pages are ready";
}

TEST(Percpu, AnInteriorPointerFreesTheRestOfItsPlace) {
  VmallocMachine machine;
  const PercpuPointer first = machine.percpu.allocate(64, 8);
  const PercpuPointer second = machine.percpu.allocate(64, 8);
  machine.percpu.free(first + 16);
  EXPECT_TRUE(machine.printed().empty());
  EXPECT_EQ(machine.percpu.allocate(48, 8), first + 16);
  EXPECT_EQ(second, first + 64);
}

TEST(Percpu, APointerThatIsNoneIsABug) {
  VmallocMachine machine;
  const Address object = machine.kmalloc.kmalloc(64, machine.gfp());
  EXPECT_EQ(deathOf([&] { machine.percpu.free(object); }), DeathKind::Oops);
  EXPECT_EQ(machine.printed().at(0), "kernel BUG at mm/vmalloc.c:809!");
}

/// Places never overlap and everything comes back.
RC_GTEST_PROP(PercpuLaw, PlacesAreDisjoint, ()) {
  VmallocMachine machine;
  const auto steps = *rc::gen::container<std::vector<std::pair<bool, uint32_t>>>(
      rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange<uint32_t>(1, 5000)));
  std::map<PercpuPointer, uint64_t> held;
  for (const auto &[frees, amount] : steps) {
    if (frees && !held.empty()) {
      const auto victim = std::next(held.begin(), amount % held.size());
      machine.percpu.free(victim->first);
      held.erase(victim);
      continue;
    }
    const PercpuPointer pointer = machine.percpu.allocate(amount, 1 << amount % 10);
    RC_ASSERT(pointer % (1 << amount % 10) == 0u);
    const auto next = held.lower_bound(pointer);
    const bool overlapsNext = next != held.end() && pointer + amount > next->first;
    const bool overlapsPrevious = next != held.begin() && std::prev(next)->first + std::prev(next)->second > pointer;
    RC_ASSERT_FALSE(overlapsNext || overlapsPrevious);
    held[pointer] = amount;
  }
  for (const auto &[pointer, size] : held)
    machine.percpu.free(pointer);
  VmallocMachine fresh;
  RC_ASSERT(machine.percpu.allocate(4096, 8) == fresh.percpu.allocate(4096, 8));
}

} // namespace
