#include "machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

using namespace kmem::sim;

namespace {

struct MallocTest : testing::Test {
  Machine machine;
  UserMemory &user = machine.user;
  MmId mm = user.spaces.create();
  Address heapStart = user.mm(mm).startBrk;

  Address malloc(uint64_t size) { return user.heap.malloc(mm, size).address; }
  std::string_view free(Address at) { return user.heap.free(mm, at).abortText; }
  ChunkHeader header(Address at) { return user.heap.header(mm, at); }
  void store(Address at, uint64_t value) { user.faults.write(mm, at, std::as_bytes(std::span(&value, 1))); }
};

TEST_F(MallocTest, theSizeLiesInFront) {
  const Address first = malloc(24), second = malloc(25), third = malloc(0);
  EXPECT_EQ(first, heapStart + 0x2a0) << "behind the thread cache's own block";
  EXPECT_EQ(header(first).size, 32u);
  EXPECT_TRUE(header(first).previousInUse);
  EXPECT_EQ(second, first + 32);
  EXPECT_EQ(header(second).size, 48u);
  EXPECT_EQ(user.heap.usableSize(mm, second), 40u);
  EXPECT_EQ(header(third).size, 32u);
  EXPECT_EQ(user.mm(mm).brk - heapStart, 0x21000u);
}

TEST_F(MallocTest, freedBlocksComeBackLastFirst) {
  const Address a = malloc(100), b = malloc(100);
  malloc(100);
  free(a);
  free(b);
  EXPECT_EQ(malloc(100), b);
  EXPECT_EQ(malloc(100), a);
}

TEST_F(MallocTest, largeBlocksAreMappedAndTheThresholdFollows) {
  malloc(1);
  const Address large = malloc(200000);
  EXPECT_TRUE(header(large).isMmapped);
  EXPECT_EQ(large & ~pageMask, 16u);
  EXPECT_EQ(header(large).size, 0x31000u);
  EXPECT_EQ(user.heap.statistics(mm).mmaps, 1u);
  free(large);
  EXPECT_EQ(user.heap.statistics(mm).mmapThreshold, 0x31000u);
  EXPECT_EQ(user.heap.statistics(mm).trimThreshold, 2 * 0x31000u);
  EXPECT_FALSE(header(malloc(200000)).isMmapped);
}

TEST_F(MallocTest, mmapMaxOfZeroMapsNothing) {
  EXPECT_TRUE(user.heap.mallopt(mm, Mallopt::MmapMax, 0));
  EXPECT_FALSE(header(malloc(1 << 20)).isMmapped);
  EXPECT_FALSE(user.heap.mallopt(mm, Mallopt::MmapThreshold, int64_t(64) << 20)) << "above the most it takes";
}

TEST_F(MallocTest, theTopIsTrimmedAboveTheThreshold) {
  user.heap.mallopt(mm, Mallopt::TrimThreshold, 200 * 1024);
  const Address block = malloc(100000), next = malloc(100000), last = malloc(100000);
  const Address before = user.mm(mm).brk;
  free(last);
  EXPECT_EQ(user.mm(mm).brk, before);
  free(next);
  EXPECT_LT(user.mm(mm).brk, before);
  EXPECT_EQ(header(block).size, 100016u);
}

TEST_F(MallocTest, trimGivesPagesInsideBack) {
  const Address block = malloc(100000);
  malloc(16);
  for (Address at = block; at < block + 100000; at += pageSize)
    machine.touch(mm, at);
  free(block);
  const uint64_t before = user.mm(mm).rssPages();
  EXPECT_TRUE(user.heap.trim(mm, 0));
  EXPECT_EQ(before - user.mm(mm).rssPages(), 23u);
}

TEST_F(MallocTest, abortsSayWhatGlibcSays) {
  const Address small = malloc(24);
  free(small);
  EXPECT_EQ(free(small), "free(): double free detected in tcache 2");
  EXPECT_EQ(free(small + 8), "free(): invalid pointer");
  const Address large = malloc(2000), other = malloc(2000);
  malloc(16);
  free(large);
  EXPECT_EQ(free(large), "double free or corruption (!prev)");
  store(other - 8, 0x11);
  EXPECT_EQ(free(other), "free(): invalid size");
}

TEST_F(MallocTest, fastBinsNoticeTheTop) {
  std::vector<Address> blocks(8);
  for (Address &block : blocks)
    block = malloc(24);
  malloc(24);
  for (Address block : blocks)
    free(block);
  store(blocks[7] + 8, 0); // the thread cache's key is not there
  EXPECT_EQ(free(blocks[7]), "double free or corruption (fasttop)");
}

TEST_F(MallocTest, callocReadsNothingThatIsFresh) {
  malloc(1);
  const uint64_t before = user.mm(mm).rssPages();
  const Address block = user.heap.calloc(mm, 1, 100000).address;
  EXPECT_LE(user.mm(mm).rssPages() - before, 26u);
  EXPECT_EQ(machine.byteAt(mm, block + 50000), 0);
  EXPECT_EQ(user.heap.calloc(mm, uint64_t(1) << 33, uint64_t(1) << 33).address, 0u);
}

TEST_F(MallocTest, forkCopiesTheHeap) {
  const Address block = malloc(100);
  const MmId child = user.spaces.fork(mm);
  EXPECT_EQ(user.heap.malloc(child, 50).address, malloc(50));
  EXPECT_EQ(user.heap.free(child, block).abortText, "");
  EXPECT_EQ(free(block), "") << "the parent's is another";
}

/// The addresses of a long random run, as text; recorded from glibc 2.36 with the same calls.
struct Trace {
  Machine machine;
  UserMemory &user = machine.user;
  MmId mm = user.spaces.create();
  uint64_t state, digest = 0xcbf29ce484222325;
  Address heap = user.mm(mm).startBrk, below = 0;
  std::array<Address, 512> blocks{};

  uint32_t draw(uint32_t range) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return uint32_t(state >> 33) % range;
  }
  void say(const char *format, uint64_t a, uint64_t b) {
    char line[64];
    const int length = std::snprintf(line, sizeof(line), format, (unsigned long)a, (unsigned long)b);
    for (int i = 0; i < length; ++i)
      digest = (digest ^ uint8_t(line[i])) * 0x100000001b3;
  }
  Address told(const MallocResult &result) {
    EXPECT_FALSE(result.died()) << result.abortText;
    const ChunkHeader header = user.heap.header(mm, result.address);
    const uint64_t word = header.size | uint64_t(header.previousInUse) | uint64_t(header.isMmapped) << 1;
    if (header.isMmapped)
      say("M %lx %lx\n", below - result.address, word);
    else
      say("H %lx %lx\n", result.address - heap, word);
    return result.address;
  }
  void step(uint32_t largest) {
    Address &block = blocks[draw(512)];
    const uint64_t which = uint64_t(&block - blocks.data());
    const uint32_t action = draw(100), sizeClass = draw(100);
    const uint64_t size = draw(sizeClass < 60 ? 200 : sizeClass < 85 ? 2000 : sizeClass < 97 ? 20000 : largest);
    if (block && action < 60) {
      user.heap.free(mm, std::exchange(block, 0));
      say("F %lx %lx\n", which, 0);
    } else if (block && action < 80) {
      block = told(user.heap.realloc(mm, block, size + 1));
    } else if (!block && action >= 70 && action < 90) {
      block = told(user.heap.calloc(mm, 1, size));
    } else if (!block && action >= 90 && action < 97) {
      block = told(user.heap.memalign(mm, 32u << draw(8), size));
    } else if (!block && action == 97) {
      say("T %lx %lx\n", user.heap.trim(mm, draw(3) * 4096), 0);
    } else if (!block) {
      block = told(user.heap.malloc(mm, size));
    }
  }
  uint64_t run(uint64_t seed, bool large) {
    state = seed;
    user.heap.trim(mm, 0); // libc's own data is mapped before
    below = machine.map(mm, pageSize, ProtNone);
    for (unsigned i = 0; i < 6000; ++i)
      step(large ? 600000 : 60000);
    say("B %lx %lx\n", user.mm(mm).brk - heap, 0);
    return digest;
  }
};

TEST(MallocTrace, isThatOfGlibc) {
  EXPECT_EQ(Trace().run(4, false), 0x73f573235767f3eu);
  EXPECT_EQ(Trace().run(4, true), 0x55f8061b8c2a86e1u);
  EXPECT_EQ(Trace().run(12, false), 0xa5997f2df87c2b1u);
  EXPECT_EQ(Trace().run(12, true), 0xafb185a64e41940eu);
}

/// Blocks keep their bytes, never overlap, and the heap is a chain of chunks from its start to the top.
RC_GTEST_PROP(MallocLaw, blocksAreApartAndTheHeapIsAChain, (const std::vector<uint32_t> &codes)) {
  Machine machine;
  UserMemory &user = machine.user;
  const MmId mm = user.spaces.create();
  std::map<Address, std::pair<uint64_t, uint8_t>> blocks; // size and fill
  uint8_t fill = 0;
  for (uint32_t code : codes) {
    code *= 0x9e3779b1;
    if (code % 3 == 0 && !blocks.empty()) {
      auto block = std::next(blocks.begin(), (code >> 8) % blocks.size());
      RC_ASSERT(!user.heap.free(mm, block->first).died());
      blocks.erase(block);
      continue;
    }
    const uint64_t size = 1 + (code >> 8) % ((code >> 4) % 8 ? 300 : 70000);
    const Address at = user.heap.malloc(mm, size).address;
    RC_ASSERT(at % 16 == 0u);
    RC_ASSERT(user.heap.usableSize(mm, at) >= size);
    const auto above = blocks.lower_bound(at);
    const Address nextStart = above == blocks.end() ? UINT64_MAX : above->first;
    const Address previousEnd = above == blocks.begin() ? 0 : std::prev(above)->first + std::prev(above)->second.first;
    RC_ASSERT(at >= previousEnd);
    RC_ASSERT(at + size <= nextStart);
    const std::vector<std::byte> bytes(size, std::byte(++fill));
    user.faults.write(mm, at, bytes);
    blocks[at] = {size, fill};
  }
  for (const auto &[at, block] : blocks) {
    std::vector<std::byte> bytes(block.first);
    user.faults.read(mm, at, bytes);
    RC_ASSERT(std::all_of(bytes.begin(), bytes.end(), [&](std::byte byte) { return byte == std::byte(block.second); }));
  }
  if (codes.empty())
    return;
  const MallocStatistics statistics = user.heap.statistics(mm);
  Address chunk = user.mm(mm).startBrk;
  while (chunk < statistics.top)
    chunk += user.heap.header(mm, chunk + 16).size;
  RC_ASSERT(chunk == statistics.top);
  RC_ASSERT(statistics.top + statistics.topBytes == user.mm(mm).brk);
}

} // namespace
