#include "machine.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

Profile smallMachine() {
  Profile profile = *profileNamed("612dbg");
  profile.memoryBytes = uint64_t(48) << 20;
  return profile;
}

struct Faults : testing::Test {
  Machine machine{smallMachine()};
  UserMemory &user = machine.user;
  MmId mm = user.spaces.create();
};

TEST_F(Faults, readingUntouchedMemoryMapsTheZeroPage) {
  const Address at = machine.map(mm, 4 * pageSize);
  const uint64_t before = machine.freePages();
  EXPECT_EQ(machine.touch(mm, at, false).kind, FaultKind::ZeroPage);
  ASSERT_TRUE(user.pageAt(mm, at));
  EXPECT_TRUE(user.isZeroPage(*user.pageAt(mm, at)));
  EXPECT_FALSE(user.pte(mm, at) & PteWrite);
  EXPECT_EQ(user.mm(mm).rssPages(), 0u);
  EXPECT_LE(before - machine.freePages(), 3u) << "tables only";
}

TEST_F(Faults, laterWriteCopiesTheZeroPage) {
  const Address at = machine.map(mm, pageSize);
  machine.touch(mm, at, false);
  EXPECT_EQ(machine.touch(mm, at).kind, FaultKind::Copy);
  EXPECT_FALSE(user.isZeroPage(*user.pageAt(mm, at)));
  EXPECT_TRUE(user.pte(mm, at) & PteWrite);
  EXPECT_EQ(user.mm(mm).rss[unsigned(RssKind::Anonymous)], 1u);
  EXPECT_EQ(user.mm(mm).minorFaults, 2u);
}

TEST_F(Faults, firstWriteAllocates) {
  const Address at = machine.map(mm, pageSize);
  EXPECT_EQ(machine.touch(mm, at).kind, FaultKind::Anonymous);
  EXPECT_EQ(user.mm(mm).minorFaults, 1u);
  EXPECT_EQ(machine.byteAt(mm, at), 1);
  EXPECT_EQ(machine.byteAt(mm, at + 1), 0);
}

TEST_F(Faults, whatIsNotMappedIsASignal) {
  const Address at = machine.map(mm, pageSize, ProtRead);
  const FaultResult write = machine.touch(mm, at);
  EXPECT_EQ(write.signal, Signal::Segv);
  EXPECT_EQ(write.code, segvAccessError);
  const FaultResult outside = machine.touch(mm, 0x1000, false);
  EXPECT_EQ(outside.signal, Signal::Segv);
  EXPECT_EQ(outside.code, segvMapError);
  EXPECT_EQ(machine.touch(mm, machine.map(mm, pageSize, ProtNone), false).code, segvAccessError);
  EXPECT_EQ(user.mm(mm).minorFaults, 0u);
}

TEST_F(Faults, forkSharesUntilOneWrites) {
  const Address at = machine.map(mm, pageSize);
  machine.setByte(mm, at, 7);
  const Pfn shared = *user.pageAt(mm, at);
  const MmId child = user.spaces.fork(mm);
  EXPECT_EQ(*user.pageAt(child, at), shared);
  EXPECT_EQ(machine.kernel.memory.page(shared).refCount, 2);
  EXPECT_EQ(machine.kernel.memory.page(shared).mapCount, 1);
  EXPECT_FALSE(user.pte(mm, at) & PteWrite);

  const std::byte value{8};
  EXPECT_EQ(user.faults.write(child, at, {&value, 1}).last.kind, FaultKind::Copy);
  EXPECT_EQ(machine.byteAt(mm, at), 7);
  EXPECT_EQ(machine.byteAt(child, at), 8);
  EXPECT_EQ(machine.kernel.memory.page(shared).refCount, 1);
  // The parent is alone again: its write reuses the page.
  EXPECT_EQ(user.faults.write(mm, at, {&value, 1}).last.kind, FaultKind::Reuse);
  EXPECT_EQ(*user.pageAt(mm, at), shared);
}

TEST_F(Faults, sharedAnonymousMemoryStaysSharedAfterFork) {
  const Address at = machine.map(mm, 2 * pageSize, ProtRead | ProtWrite, MapShared);
  machine.setByte(mm, at, 7);
  const MmId child = user.spaces.fork(mm);
  EXPECT_FALSE(user.pageAt(child, at)) << "left to a fault";
  EXPECT_EQ(machine.byteAt(child, at), 7);
  machine.setByte(child, at, 9);
  EXPECT_EQ(machine.byteAt(mm, at), 9);
  EXPECT_EQ(user.mm(child).rss[unsigned(RssKind::Shmem)], 1u);
}

TEST_F(Faults, stackGrowsToItsLimit) {
  const Address top = userEnd;
  EXPECT_TRUE(machine.touch(mm, top - (uint64_t(1) << 20)).ok());
  EXPECT_TRUE(machine.touch(mm, top - (uint64_t(8) << 20)).ok());
  EXPECT_EQ(machine.touch(mm, top - (uint64_t(8) << 20) - 1).signal, Signal::Segv);
  EXPECT_EQ(user.mappingsOf(mm).back().start, top - (uint64_t(8) << 20));
}

TEST_F(Faults, stackKeepsItsGuardGap) {
  const Address below = userEnd - (uint64_t(4) << 20);
  machine.map(mm, pageSize, ProtRead, MapPrivate | MapFixed, below);
  EXPECT_TRUE(machine.touch(mm, below + pageSize + stackGuardGap).ok());
  EXPECT_EQ(machine.touch(mm, below + stackGuardGap).signal, Signal::Segv);
}

TEST_F(Faults, pagesGoToSwapAndComeBack) {
  user.setSwapPages(64);
  const Address at = machine.map(mm, 4 * pageSize);
  for (unsigned i = 0; i < 4; ++i)
    machine.setByte(mm, at + i * pageSize, uint8_t(10 + i));
  EXPECT_EQ(user.reclaim.takeBackAll(), 4u);
  EXPECT_EQ(user.mm(mm).rssPages(), 0u);
  EXPECT_EQ(user.mm(mm).rss[unsigned(RssKind::SwapEntries)], 4u);
  EXPECT_TRUE(pteIsSwap(user.pte(mm, at)));
  const FaultResult back = machine.touch(mm, at, false);
  EXPECT_EQ(back.kind, FaultKind::Swap);
  EXPECT_TRUE(back.major);
  EXPECT_EQ(machine.byteAt(mm, at + 3 * pageSize), 13);
  EXPECT_EQ(user.swap().freePages(), 63u - 2);
}

TEST_F(Faults, swappedPagesAreSharedAfterFork) {
  user.setSwapPages(64);
  const Address at = machine.map(mm, pageSize);
  machine.setByte(mm, at, 5);
  user.reclaim.takeBackAll();
  const MmId child = user.spaces.fork(mm);
  EXPECT_TRUE(machine.touch(child, at, false).major);
  EXPECT_FALSE(machine.touch(mm, at, false).major) << "found in the swap cache";
  EXPECT_EQ(*user.pageAt(mm, at), *user.pageAt(child, at));
  machine.setByte(child, at, 6);
  EXPECT_EQ(machine.byteAt(mm, at), 5);
  EXPECT_EQ(user.swap().freePages(), 63u);
}

TEST_F(Faults, lockedPagesStay) {
  user.setSwapPages(64);
  const Address at = machine.map(mm, 2 * pageSize, ProtRead | ProtWrite, MapPrivate | MapLocked);
  EXPECT_TRUE(user.pageAt(mm, at)) << "locking populates";
  EXPECT_EQ(user.reclaim.takeBackAll(), 0u);
  user.mappings.munlock(mm, at, 2 * pageSize);
  EXPECT_EQ(user.reclaim.takeBackAll(), 2u);
}

TEST_F(Faults, exitGivesEverythingBack) {
  machine.pages.drainAll();
  const MmId other = user.spaces.create();
  user.spaces.exit(other);
  const uint64_t before = machine.freePages();
  const MmId space = user.spaces.create();
  const Address at = machine.map(space, 600 * pageSize);
  for (unsigned i = 0; i < 600; i += 3)
    machine.touch(space, at + i * pageSize);
  const MmId child = user.spaces.fork(space);
  machine.touch(child, at);
  user.spaces.exit(space);
  user.spaces.exit(child);
  EXPECT_EQ(machine.freePages(), before);
}

TEST_F(Faults, memoryPressureReclaimsBeforeItKills) {
  user.setSwapPages(100000);
  const uint64_t pages = machine.pages.freePageCount() + 1000;
  const Address at = machine.map(mm, pages << pageShift);
  ASSERT_FALSE(isSysError(SysResult(at)));
  for (uint64_t i = 0; i < pages; ++i)
    ASSERT_TRUE(machine.touch(mm, at + (i << pageShift)).ok()) << i;
  EXPECT_GT(user.events().swapOuts, 900u);
  EXPECT_EQ(machine.pages.events().oomKills, 0u);
  EXPECT_EQ(machine.byteAt(mm, at), 1);
}

TEST_F(Faults, withoutSwapTheLargestProcessIsKilled) {
  const MmId small = user.spaces.create();
  machine.touch(small, machine.map(small, pageSize));
  const uint64_t pages = machine.pages.managedPageCount() - 100;
  const Address at = machine.map(mm, pages << pageShift);
  FaultResult last;
  for (uint64_t i = 0; i < pages && last.ok(); ++i)
    last = machine.touch(mm, at + (i << pageShift));
  EXPECT_EQ(last.signal, Signal::Kill);
  EXPECT_TRUE(user.mm(mm).killed);
  EXPECT_FALSE(user.mm(small).killed);
  user.spaces.exit(mm);
}

} // namespace
