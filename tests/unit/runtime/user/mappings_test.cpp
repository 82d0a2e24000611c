#include "machine.h"

#include <gtest/gtest.h>

#include <cerrno>

using namespace kmem::sim;

namespace {

constexpr uint32_t readWrite = ProtRead | ProtWrite;

struct Mappings : testing::Test {
  Machine machine;
  UserMemory &user = machine.user;
  MmId mm = user.spaces.create();

  SysResult mmap(MmapRequest request) { return user.mappings.mmap(mm, request); }
  /// Mappings besides the stack.
  std::vector<Vma> vmas() {
    auto all = user.mappingsOf(mm);
    all.pop_back();
    return all;
  }
};

TEST_F(Mappings, arePlacedFromTheTopDownAndMerge) {
  const Address first = machine.map(mm, pageSize);
  EXPECT_EQ(first, 0x7ffff7ffe000u) << "below mmap_base without randomisation";
  EXPECT_EQ(machine.map(mm, 3 * pageSize), first - 3 * pageSize);
  EXPECT_EQ(vmas().size(), 1u);
  machine.map(mm, pageSize, ProtRead);
  EXPECT_EQ(vmas().size(), 2u);
}

TEST_F(Mappings, fillTheHighestHoleThatIsLargeEnough) {
  const Address first = machine.map(mm, 10 * pageSize);
  user.mappings.munmap(mm, first + 2 * pageSize, 2 * pageSize);
  user.mappings.munmap(mm, first + 6 * pageSize, 3 * pageSize);
  EXPECT_EQ(machine.map(mm, 3 * pageSize), first + 6 * pageSize);
  EXPECT_EQ(machine.map(mm, 2 * pageSize), first + 2 * pageSize);
  EXPECT_EQ(machine.map(mm, pageSize), first - pageSize);
}

TEST_F(Mappings, ofWholeHugePagesAreAlignedSince67) {
  machine.map(mm, pageSize);
  EXPECT_EQ(machine.map(mm, 2 * pmdSize) % pmdSize, 0u);
  Machine older("61dbg");
  const MmId there = older.user.spaces.create();
  older.map(there, pageSize);
  EXPECT_NE(older.map(there, 2 * pmdSize) % pmdSize, 0u);
}

TEST_F(Mappings, fixedReplacesWhatIsThere) {
  const Address at = machine.map(mm, 8 * pageSize);
  machine.setByte(mm, at + 3 * pageSize, 7);
  EXPECT_EQ(machine.map(mm, 2 * pageSize, ProtRead, MapPrivate | MapFixed, at + 3 * pageSize), at + 3 * pageSize);
  EXPECT_EQ(vmas().size(), 3u);
  EXPECT_EQ(machine.byteAt(mm, at + 3 * pageSize), 0) << "the old page is gone";
  EXPECT_EQ(user.mm(mm).totalVm, 8u + 33u);
  EXPECT_EQ(mmap({.address = at,
                  .length = pageSize,
                  .prot = ProtRead,
                  .flags = MapPrivate | MapAnonymous | MapFixedNoReplace}),
            -EEXIST);
}

TEST_F(Mappings, populateFaultsInNow) {
  const Address written = machine.map(mm, 4 * pageSize, readWrite, MapPrivate | MapPopulate);
  EXPECT_EQ(user.mm(mm).rss[unsigned(RssKind::Anonymous)], 4u);
  EXPECT_TRUE(user.pte(mm, written) & PteWrite);
  const Address readOnly = machine.map(mm, 4 * pageSize, ProtRead, MapPrivate | MapPopulate);
  EXPECT_TRUE(user.isZeroPage(*user.pageAt(mm, readOnly)));
  EXPECT_EQ(user.mm(mm).minorFaults, 8u);
}

TEST_F(Mappings, errorsAreTheKernels) {
  const Address at = machine.map(mm, 8 * pageSize);
  EXPECT_EQ(mmap({.length = 0, .flags = MapPrivate | MapAnonymous}), -EINVAL);
  EXPECT_EQ(mmap({.length = pageSize, .flags = MapAnonymous}), -EINVAL);
  EXPECT_EQ(mmap({.length = pageSize, .flags = MapSharedValidate | MapAnonymous}), -EINVAL);
  EXPECT_EQ(mmap({.length = pageSize, .flags = MapPrivate}), -EBADF);
  EXPECT_EQ(mmap({.length = UINT64_MAX, .flags = MapPrivate | MapAnonymous}), -ENOMEM);
  EXPECT_EQ(mmap({.address = 0x1000, .length = pageSize, .flags = MapPrivate | MapAnonymous | MapFixed}), -EPERM);
  EXPECT_EQ(mmap({.address = at + 1, .length = pageSize, .flags = MapPrivate | MapAnonymous | MapFixed}), -EINVAL);
  EXPECT_EQ(user.mappings.munmap(mm, at + 1, pageSize), -EINVAL);
  EXPECT_EQ(user.mappings.munmap(mm, at, 0), -EINVAL);
  user.mappings.munmap(mm, at + 4 * pageSize, pageSize);
  std::vector<uint8_t> resident;
  EXPECT_EQ(user.mappings.mprotect(mm, at, 8 * pageSize, ProtRead), -ENOMEM);
  EXPECT_EQ(user.mappings.madvise(mm, at, 8 * pageSize, Advice::Normal), -ENOMEM);
  EXPECT_EQ(user.mappings.mlock(mm, at, 8 * pageSize), -ENOMEM);
  EXPECT_EQ(user.mappings.mincore(mm, at, 8 * pageSize, resident), -ENOMEM);
  EXPECT_EQ(user.mappings.madvise(mm, at, pageSize, Advice::DontNeed), -EINVAL) << "it was locked before the hole";
  EXPECT_EQ(user.mappings.mremap(mm, at, 0, pageSize, MremapMayMove), -EINVAL);
  EXPECT_EQ(user.mappings.mremap(mm, at, pageSize, 2 * pageSize, 0), -ENOMEM);
  EXPECT_EQ(user.mappings.mremap(mm, at, 5 * pageSize, 6 * pageSize, MremapMayMove), -EFAULT);
  EXPECT_EQ(user.mappings.msync(mm, at, pageSize, MsAsync | MsSync), -EINVAL);
}

TEST_F(Mappings, readOnlyFilesCannotBecomeSharedWritable) {
  const FileId file = user.files.create("data", 4 * pageSize);
  EXPECT_EQ(mmap({.length = pageSize, .prot = readWrite, .flags = MapShared, .file = file, .fileWritable = false}),
            -EACCES);
  const SysResult at =
      mmap({.length = pageSize, .prot = ProtRead, .flags = MapShared, .file = file, .fileWritable = false});
  EXPECT_EQ(user.mappings.mprotect(mm, Address(at), pageSize, readWrite), -EACCES);
  EXPECT_EQ(user.mappings.mprotect(
                mm,
                Address(mmap(
                    {.length = pageSize, .prot = ProtRead, .flags = MapPrivate, .file = file, .fileWritable = false})),
                pageSize, readWrite),
            0);
}

TEST_F(Mappings, brkGrowsAndShrinksTheHeap) {
  const Address start = user.mm(mm).startBrk;
  EXPECT_EQ(user.mappings.brk(mm, 0), start);
  EXPECT_EQ(user.mappings.brk(mm, start + 100), start + 100);
  EXPECT_EQ(user.mappings.brk(mm, start + 5 * pageSize), start + 5 * pageSize);
  EXPECT_EQ(vmas().front().size(), 5 * pageSize);
  machine.setByte(mm, start + 4 * pageSize, 1);
  EXPECT_EQ(user.mappings.brk(mm, start + pageSize), start + pageSize);
  EXPECT_EQ(user.mm(mm).rssPages(), 0u);
  machine.map(mm, pageSize, ProtRead, MapPrivate | MapFixed, start + 8 * pageSize);
  EXPECT_EQ(user.mappings.brk(mm, start + 7 * pageSize), start + 7 * pageSize);
  EXPECT_EQ(user.mappings.brk(mm, start + 8 * pageSize), start + 7 * pageSize) << "a page is left before what is there";
}

TEST_F(Mappings, limitsHold) {
  UserLimits limits;
  limits.addressSpace = (33 + 4) * pageSize;
  limits.memlock = 2 * pageSize;
  user.spaces.setLimits(mm, limits);
  const Address at = machine.map(mm, 4 * pageSize);
  EXPECT_EQ(SysResult(machine.map(mm, pageSize)), -ENOMEM);
  EXPECT_EQ(user.mappings.mlock(mm, at, 3 * pageSize), -ENOMEM);
  EXPECT_EQ(user.mappings.mlock(mm, at, 2 * pageSize), 0);
  EXPECT_EQ(user.mappings.mlock(mm, at, 2 * pageSize), 0) << "what is locked does not count twice";
  EXPECT_EQ(user.mm(mm).lockedVm, 2u);
}

TEST_F(Mappings, overcommitIsRefusedAsSet) {
  const uint64_t all = machine.pages.managedPageCount() << pageShift;
  EXPECT_EQ(SysResult(machine.map(mm, all + pageSize)), -ENOMEM) << "more than there is, heuristically";
  EXPECT_FALSE(isSysError(SysResult(machine.map(mm, all + pageSize, readWrite, MapPrivate | MapNoReserve))));
  EXPECT_FALSE(isSysError(SysResult(machine.map(mm, all / 4 * 3))));
  user.setOvercommit(Overcommit::Never, 50);
  EXPECT_EQ(SysResult(machine.map(mm, pageSize, readWrite, MapPrivate | MapNoReserve)), -ENOMEM);
}

TEST_F(Mappings, mremapMovesPages) {
  const Address at = machine.map(mm, 2 * pageSize);
  machine.setByte(mm, at + pageSize, 9);
  const Pfn page = *user.pageAt(mm, at + pageSize);
  machine.map(mm, pageSize, ProtRead, MapPrivate | MapFixed, at + 2 * pageSize);
  const SysResult moved = user.mappings.mremap(mm, at, 2 * pageSize, 4 * pageSize, MremapMayMove);
  ASSERT_FALSE(isSysError(moved));
  EXPECT_NE(Address(moved), at);
  EXPECT_EQ(*user.pageAt(mm, Address(moved) + pageSize), page) << "moved, not copied";
  EXPECT_FALSE(user.pageAt(mm, at + pageSize));
  EXPECT_EQ(user.mappings.mremap(mm, Address(moved), 4 * pageSize, pageSize, 0), moved);
  EXPECT_EQ(user.mm(mm).rssPages(), 0u);
}

TEST_F(Mappings, futureMappingsAreLockedWhenToldTo) {
  EXPECT_EQ(user.mappings.mlockall(mm, MclFuture), 0);
  const Address at = machine.map(mm, 3 * pageSize);
  EXPECT_TRUE(user.pageAt(mm, at + 2 * pageSize));
  EXPECT_EQ(user.mm(mm).lockedVm, 3u);
  EXPECT_EQ(user.mappings.mlockall(mm, MclFuture | MclOnFault), 0);
  EXPECT_FALSE(user.pageAt(mm, machine.map(mm, pageSize)));
  EXPECT_EQ(user.mappings.mlockall(mm, MclOnFault), -EINVAL);
}

TEST_F(Mappings, adviceChangesPages) {
  user.setSwapPages(32);
  const Address at = machine.map(mm, 4 * pageSize);
  for (unsigned i = 0; i < 4; ++i)
    machine.setByte(mm, at + i * pageSize, uint8_t(i + 1));
  user.mappings.madvise(mm, at, pageSize, Advice::DontNeed);
  EXPECT_EQ(machine.byteAt(mm, at), 0);
  user.mappings.madvise(mm, at + pageSize, 2 * pageSize, Advice::Free);
  machine.setByte(mm, at + 2 * pageSize, 8); // written again: kept
  user.reclaim.takeBackAll();
  EXPECT_EQ(machine.byteAt(mm, at + pageSize), 0);
  EXPECT_EQ(machine.byteAt(mm, at + 2 * pageSize), 8);
  user.mappings.madvise(mm, at + 3 * pageSize, pageSize, Advice::PageOut);
  EXPECT_TRUE(pteIsSwap(user.pte(mm, at + 3 * pageSize)));
  user.mappings.madvise(mm, at + 3 * pageSize, pageSize, Advice::WillNeed);
  EXPECT_FALSE(machine.touch(mm, at + 3 * pageSize, false).major) << "it is in the swap cache";
  EXPECT_EQ(user.mappings.madvise(mm, at, pageSize, Advice::PopulateWrite), 0);
  EXPECT_TRUE(user.pte(mm, at) & PteWrite);
}

TEST_F(Mappings, aForkedAnonVmaDoesNotMerge) {
  const Address at = machine.map(mm, 2 * pageSize);
  machine.touch(mm, at);
  const MmId child = user.spaces.fork(mm);
  // The parent's mapping still grows by merging, the child's chain of anon_vmas forbids it.
  machine.map(mm, pageSize, readWrite, MapPrivate | MapFixed, at - pageSize);
  EXPECT_EQ(vmas().size(), 1u);
  machine.map(child, pageSize, readWrite, MapPrivate | MapFixed, at - pageSize);
  EXPECT_EQ(user.mappingsOf(child).size(), 3u);
}

} // namespace
