#include "runtime/alloc/vmap_space.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

using namespace kmem::sim;

namespace {

constexpr uint64_t k = pageSize;

std::optional<Address> take(VmapSpace &space, uint64_t size, uint64_t align = 1) {
  Address spare = 0;
  VmapSpace::Objects unused;
  return space.take(size, align, vmallocStart, vmallocEnd, spare, unused);
}

TEST(VmapSpace, TakesTheLowestAddressThatFits) {
  VmapSpace space;
  EXPECT_EQ(take(space, 2 * k), vmallocStart);
  EXPECT_EQ(take(space, 3 * k), vmallocStart + 2 * k);
  VmapSpace::Objects unused;
  space.giveBack({vmallocStart, 2 * k, 0}, unused);
  EXPECT_EQ(take(space, 3 * k), vmallocStart + 5 * k) << "the hole is too small";
  EXPECT_EQ(take(space, 2 * k), vmallocStart);
}

TEST(VmapSpace, AnAlignedSearchWantsRoomForTheWorstCase) {
  VmapSpace space;
  ASSERT_EQ(take(space, k), vmallocStart);
  EXPECT_EQ(take(space, 5 * k, 4 * k), vmallocStart + 4 * k);
  EXPECT_EQ(take(space, 3 * k), vmallocStart + k) << "the hole before it";
}

TEST(VmapSpace, ASplitNeedsASpareObjectAndAMergeLeavesOneOver) {
  VmapSpace space;
  VmapSpace::Objects unused;
  Address spare = 0x1000;
  ASSERT_TRUE(space.takeExactly(vmallocStart + 8 * k, k, spare, unused));
  EXPECT_EQ(spare, 0u);
  space.giveBack({vmallocStart + 8 * k, k, 0x2000}, unused);
  EXPECT_EQ(unused, (VmapSpace::Objects{0x2000})) << "its own; what is left has the one before it";
  EXPECT_EQ(space.freeRangeCount(), 1u);
}

TEST(VmapSpace, TheGuardPageBelongsToTheArea) {
  VmapSpace space;
  VmArea area{};
  area.address = vmallocStart;
  area.size = 3 * k;
  space.addBusy(area);
  EXPECT_TRUE(space.busyAt(vmallocStart + 2 * k + 5));
  EXPECT_FALSE(space.busyAt(vmallocStart + 3 * k));
}

TEST(VmapSpace, PurgedRangesGoToTheirNodesPoolNewestFirst) {
  VmapSpace space(2);
  const Address first = *take(space, 2 * k), second = *take(space, 2 * k);
  VmapSpace::Objects unused;
  space.addLazy({first, 2 * k, 1}, 1, true, unused);
  space.addLazy({second, 2 * k, 2}, 1, true, unused);
  EXPECT_FALSE(space.takePooled(1, 2 * k, 1)) << "not before the purge";
  EXPECT_TRUE(space.purgeLazy(false, unused));
  EXPECT_EQ(space.lazyPages(), 0u);
  EXPECT_FALSE(space.takePooled(0, 2 * k, 1)) << "another node";
  EXPECT_FALSE(space.takePooled(1, 3 * k, 1)) << "another size";
  EXPECT_EQ(space.takePooled(1, 2 * k, 1)->start, second);
  EXPECT_EQ(space.takePooled(1, 2 * k, 1)->start, first);
}

TEST(VmapSpace, APooledRangeThatIsNotAlignedWaitsAtTheEnd) {
  VmapSpace space(2);
  VmapSpace::Objects unused;
  const Address aligned = *take(space, 4 * k, 4 * k);
  ASSERT_TRUE(take(space, k));
  const Address odd = *take(space, 4 * k);
  for (const Address start : {aligned, odd})
    space.addLazy({start, 4 * k, 1}, 0, true, unused);
  space.purgeLazy(false, unused);
  EXPECT_FALSE(space.takePooled(0, 4 * k, 4 * k));
  EXPECT_EQ(space.takePooled(0, 4 * k, 4 * k)->start, aligned);
}

TEST(VmapSpace, PercpuAreasComeFromTheTop) {
  VmapSpace space;
  const uint64_t size = uint64_t(2) << 20;
  const Address top = *space.highestFree(size, size, vmallocEnd & ~(size - 1));
  EXPECT_EQ(top, 0xffffe8ffffc00000u);
  Address spare = 0;
  VmapSpace::Objects unused;
  ASSERT_TRUE(space.takeExactly(top, size, spare, unused));
  EXPECT_EQ(*space.highestFree(size, size, vmallocEnd & ~(size - 1)), top - size);
}

/// Against a list of taken ranges: never overlapping, always the lowest, and whole again at the end.
RC_GTEST_PROP(VmapSpace, BehavesLikeAListOfRanges, ()) {
  const bool mergeLazy = *rc::gen::arbitrary<bool>();
  VmapSpace space(mergeLazy ? 1 : 2, mergeLazy);
  std::map<Address, uint64_t> taken;
  VmapSpace::Objects unused;
  const auto steps = *rc::gen::container<std::vector<std::pair<uint8_t, uint8_t>>>(
      rc::gen::pair(rc::gen::inRange<uint8_t>(0, 4), rc::gen::inRange<uint8_t>(1, 40)));
  for (const auto &[what, amount] : steps) {
    if (what < 2) {
      const uint64_t size = amount * k;
      const Address start = *take(space, size);
      const auto next = taken.lower_bound(start);
      const bool overlapsNext = next != taken.end() && start + size > next->first;
      const bool overlapsPrevious = next != taken.begin() && std::prev(next)->first + std::prev(next)->second > start;
      RC_ASSERT_FALSE(overlapsNext || overlapsPrevious);
      taken[start] = size;
    } else if (what == 2 && !taken.empty()) {
      const auto victim = std::next(taken.begin(), amount % taken.size());
      space.addLazy({victim->first, victim->second, 0}, 0, !mergeLazy && amount % 2, unused);
      taken.erase(victim);
    } else {
      space.purgeLazy(amount % 2, unused);
    }
  }
  for (const auto &[start, size] : taken)
    space.addLazy({start, size, 0}, 0, false, unused);
  space.purgeLazy(true, unused);
  RC_ASSERT(space.freeRangeCount() == 1u);
  RC_ASSERT(space.lazyPages() == 0u);
}

} // namespace
