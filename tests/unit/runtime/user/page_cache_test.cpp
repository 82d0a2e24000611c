#include "machine.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

struct PageCacheTest : testing::Test {
  Machine machine;
  UserMemory &user = machine.user;
  MmId mm = user.spaces.create();
  FileId file = user.files.create("data", 512 * pageSize);
  Address at = machine.mapFile(mm, file, 512 * pageSize, ProtRead | ProtWrite, MapShared);

  std::string cached(FileId of) {
    const auto indices = user.files.cachedIndices(of);
    std::string text;
    for (size_t i = 0; i < indices.size(); ++i) {
      if (i && indices[i] == indices[i - 1] + 1)
        continue;
      size_t last = i;
      while (last + 1 < indices.size() && indices[last + 1] == indices[last] + 1)
        ++last;
      text += (text.empty() ? "" : " ") + std::to_string(indices[i]) + "-" + std::to_string(indices[last]);
    }
    return text;
  }
  std::string cached() { return cached(file); }
  SysResult read(uint64_t page, uint64_t pages = 1) {
    std::vector<std::byte> bytes(pages * pageSize);
    return user.files.read(file, page * pageSize, bytes);
  }
};

TEST_F(PageCacheTest, aFaultReadsAround) {
  const FaultResult first = machine.touch(mm, at + 100 * pageSize, false);
  EXPECT_TRUE(first.major);
  EXPECT_EQ(cached(), "84-115");
  // Cached neighbours of the aligned 64 KiB are mapped at the next fault there.
  EXPECT_FALSE(machine.touch(mm, at + 101 * pageSize, false).major);
  EXPECT_EQ(user.mm(mm).rss[unsigned(RssKind::File)], 12u + 4u - 1u + 0u) << "96..111 but the marked page 108";
  EXPECT_EQ(user.mm(mm).majorFaults, 1u);
}

TEST_F(PageCacheTest, theMarkedPageStartsTheNextWindow) {
  machine.touch(mm, at + 100 * pageSize, false);
  EXPECT_FALSE(machine.touch(mm, at + 108 * pageSize, false).major);
  EXPECT_EQ(cached(), "84-147");
}

TEST_F(PageCacheTest, adviceChangesReadahead) {
  user.mappings.madvise(mm, at, 512 * pageSize, Advice::Random);
  machine.touch(mm, at + 100 * pageSize, false);
  EXPECT_EQ(cached(), "100-100");
  user.mappings.madvise(mm, at, 512 * pageSize, Advice::Sequential);
  machine.touch(mm, at + 200 * pageSize, false);
  EXPECT_EQ(cached(), "100-100 200-231");
  user.mappings.madvise(mm, at + 300 * pageSize, 10 * pageSize, Advice::WillNeed);
  EXPECT_EQ(cached(), "100-100 200-231 300-309");
}

// As a real kernel with a window of 1024 pages answers mincore() after the same reads.
TEST_F(PageCacheTest, sequentialReadsRampUp) {
  user.files.readaheadOf(file).pages = 1024;
  read(0);
  EXPECT_EQ(cached(), "0-3");
  read(1);
  EXPECT_EQ(cached(), "0-19");
  read(2);
  EXPECT_EQ(cached(), "0-19");
  read(400);
  EXPECT_EQ(cached(), "0-19 400-400") << "a random read is read as it is";
}

TEST_F(PageCacheTest, the61WindowIsTheSameFromTheStart) {
  Machine older("61dbg");
  const FileId there = older.user.files.create("data", 512 * pageSize);
  std::vector<std::byte> bytes(pageSize);
  older.user.files.read(there, 0, bytes);
  EXPECT_EQ(older.user.files.cachedIndices(there).size(), 4u);
}

TEST_F(PageCacheTest, theEndOfTheFileIsTheEnd) {
  machine.touch(mm, at + 511 * pageSize, false);
  EXPECT_EQ(cached(), "495-511");
  const Address beyond = machine.mapFile(mm, file, 513 * pageSize, ProtRead, MapShared);
  const FaultResult fault = machine.touch(mm, beyond + 512 * pageSize, false);
  EXPECT_EQ(fault.signal, Signal::Bus);
  EXPECT_EQ(fault.code, busAddressError);
}

TEST_F(PageCacheTest, sharedWritesAreDirtyUntilWrittenBack) {
  EXPECT_EQ(machine.touch(mm, at).kind, FaultKind::FileWrite);
  machine.setByte(mm, at, 5);
  EXPECT_EQ(uint8_t(user.files.devicePage(file, 0)[0]), 0);
  EXPECT_EQ(user.mappings.msync(mm, at, pageSize, MsSync), 0);
  EXPECT_EQ(uint8_t(user.files.devicePage(file, 0)[0]), 5);
  EXPECT_EQ(user.mappings.writeBack(file), 0u);
  EXPECT_EQ(machine.touch(mm, at).kind, FaultKind::MakeWrite) << "the next write is noticed";
  EXPECT_EQ(user.mappings.writeBack(file), 1u);
}

TEST_F(PageCacheTest, privateWritesStayPrivate) {
  const Address mine = machine.mapFile(mm, file, 4 * pageSize, ProtRead | ProtWrite, MapPrivate);
  EXPECT_EQ(machine.touch(mm, mine).kind, FaultKind::FileCopy);
  machine.touch(mm, mine + pageSize, false);
  EXPECT_EQ(machine.touch(mm, mine + pageSize).kind, FaultKind::Copy);
  EXPECT_EQ(machine.byteAt(mm, at), 0);
  EXPECT_EQ(user.mm(mm).rss[unsigned(RssKind::Anonymous)], 2u);
}

TEST_F(PageCacheTest, truncatingUnmapsAndClears) {
  const Address mine = machine.mapFile(mm, file, 4 * pageSize, ProtRead | ProtWrite, MapPrivate);
  machine.setByte(mm, at + 10, 1);
  machine.setByte(mm, at + 2000, 2);
  machine.setByte(mm, mine + pageSize, 3);
  EXPECT_EQ(user.mappings.truncate(file, 1000), 0);
  EXPECT_EQ(machine.byteAt(mm, at + 10), 1);
  EXPECT_EQ(machine.byteAt(mm, at + 2000), 0);
  EXPECT_EQ(machine.touch(mm, mine + pageSize, false).signal, Signal::Bus) << "private copies go, too";
}

TEST_F(PageCacheTest, readAndWriteSeeTheMapping) {
  machine.setByte(mm, at, 5);
  std::byte byte{};
  EXPECT_EQ(user.files.read(file, 0, {&byte, 1}), 1);
  EXPECT_EQ(uint8_t(byte), 5);
  byte = std::byte(6);
  EXPECT_EQ(user.files.write(file, 512 * pageSize, {&byte, 1}), 1);
  EXPECT_EQ(user.files[file].size, 512 * pageSize + 1);
}

TEST_F(PageCacheTest, reclaimWritesAndDrops) {
  machine.setByte(mm, at, 5);
  machine.touch(mm, at + 10 * pageSize, false);
  EXPECT_GT(user.reclaim.takeBackAll(), 0u);
  EXPECT_EQ(cached(), "");
  EXPECT_EQ(user.mm(mm).rssPages(), 0u);
  EXPECT_EQ(machine.byteAt(mm, at), 5);
  EXPECT_EQ(user.mm(mm).majorFaults, 2u) << "one before, one after";
}

} // namespace
