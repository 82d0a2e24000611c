#include "runtime/kernel/kernel.h"

#include <gtest/gtest.h>
#include <map>
#include <rapidcheck/gtest.h>
#include <set>

using namespace kmem::sim;

namespace {

constexpr Pfn firstTable = 0x3000;

/// Hands out frames one after the other, knows who is out, and can be told to run dry.
class CountedFrames : public FrameSource {
public:
  explicit CountedFrames(Memory &memory) : memory(memory) {}
  std::optional<Pfn> allocateTable() override {
    if (left == 0)
      return std::nullopt;
    --left;
    const Pfn table = free.empty() ? next++ : *free.begin();
    free.erase(table);
    memory.dropFrame(table);
    live.insert(table);
    return table;
  }
  void freeTable(Pfn table) override {
    EXPECT_EQ(live.erase(table), 1u) << "a table is freed once, and only if it was handed out";
    free.insert(table);
  }
  uint64_t left = UINT64_MAX;
  std::set<Pfn> live, free;

private:
  Memory &memory;
  Pfn next = firstTable;
};

struct PageTablesTest : testing::Test {
  Kernel kernel{*profileNamed("612dbg")};
  CountedFrames frames{kernel.memory};
  PageTablesTest() { kernel.memory.setFrameSource(&frames); }
};

/// Every table that the top reaches, found by reading the frames as a CPU would.
void collectTables(const Memory &memory, Pfn table, unsigned level, std::multiset<Pfn> &found) {
  found.insert(table);
  if (level == 1)
    return;
  const auto *entries = reinterpret_cast<const uint64_t *>(memory.frame(table));
  for (unsigned i = 0; i < entriesPerTable; ++i)
    if (entries[i] & PtePresent)
      collectTables(memory, pfnOfEntry(entries[i]), level - 1, found);
}

/// Addresses that share tables at every level.
rc::Gen<Address> userAddress() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange<uint64_t>(0, 3), rc::gen::inRange<uint64_t>(0, 3),
                                     rc::gen::inRange<uint64_t>(0, 3), rc::gen::inRange<uint64_t>(0, 512)),
                      [](const auto &i) {
                        return std::get<0>(i) << 39 | std::get<1>(i) << 30 | std::get<2>(i) << 21 |
                               std::get<3>(i) << 12;
                      });
}

} // namespace

TEST_F(PageTablesTest, a_vmalloc_page_takes_two_tables_the_next_one_none) {
  ASSERT_TRUE(kernel.memory.map(kernel.memory.kernelTable(), vmallocStart, 0x2000, PtePresent | PteWrite));
  EXPECT_EQ(frames.live.size(), 2u);
  ASSERT_TRUE(kernel.memory.map(kernel.memory.kernelTable(), vmallocStart + pageSize, 0x2001, PtePresent | PteWrite));
  EXPECT_EQ(frames.live.size(), 2u);
  const auto found = kernel.memory.translate(vmallocStart + pageSize + 5);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->physical, (0x2001u << pageShift) + 5);
}

TEST_F(PageTablesTest, a_huge_leaf_covers_two_mebibytes) {
  Memory &memory = kernel.memory;
  ASSERT_TRUE(memory.map(memory.kernelTable(), vmallocStart, 0x2000, PtePresent));
  const Pfn lastLevel = pfnOfEntry(memory.walk(vmallocStart).entries[2]);
  const Pfn pmd = pfnOfEntry(memory.walk(vmallocStart).entries[1]);
  const uint64_t leaf = makeEntry(0x2200, PtePresent | PteHuge);
  std::memcpy(memory.frameForWrite(pmd), &leaf, sizeof(leaf));
  frames.freeTable(lastLevel);
  EXPECT_EQ(memory.translate(vmallocStart + 0x12345)->physical, (0x2200u << pageShift) + 0x12345);
  EXPECT_EQ(memory.entry(memory.kernelTable(), vmallocStart), 0u) << "there is no last level";
}

TEST_F(PageTablesTest, says_when_no_frame_is_left) {
  frames.left = 1;
  EXPECT_FALSE(kernel.memory.map(kernel.memory.kernelTable(), vmallocStart, 0x2000, PtePresent));
  EXPECT_FALSE(kernel.memory.translate(vmallocStart));
  frames.left = 1;
  EXPECT_TRUE(kernel.memory.map(kernel.memory.kernelTable(), vmallocStart, 0x2000, PtePresent));
}

TEST_F(PageTablesTest, a_swap_entry_is_kept_but_maps_nothing) {
  const Pfn top = *frames.allocateTable();
  ASSERT_TRUE(kernel.memory.setEntry(top, 0x400000, 0x1234 << 9));
  EXPECT_EQ(kernel.memory.entry(top, 0x400000), uint64_t(0x1234 << 9));
  EXPECT_FALSE(kernel.memory.translate(0x400000, top));
}

// Whatever is mapped and unmapped: a table maps what a std::map says, each table frame is linked once, none is lost,
// and releasing everything gives all of them back.
RC_GTEST_FIXTURE_PROP(PageTablesTest, equal_a_map_and_lose_no_frame, ()) {
  Memory &memory = kernel.memory;
  const Pfn top = *frames.allocateTable();
  std::map<Address, uint64_t> model;
  const auto steps = *rc::gen::inRange(1, 150);
  for (int i = 0; i < steps; ++i) {
    const Address address = *userAddress();
    if (*rc::gen::inRange(0, 3)) {
      const uint64_t flags = PtePresent | PteUser | *rc::gen::element<uint64_t>(0, PteWrite, PteNoExec);
      const Pfn pfn = *rc::gen::inRange<Pfn>(0x5000, 0x6000);
      RC_ASSERT(memory.map(top, address, pfn, flags));
      model[address] = makeEntry(pfn, flags);
    } else {
      const auto known = model.find(address);
      RC_ASSERT(memory.unmap(top, address) == (known == model.end() ? 0 : known->second));
      model.erase(address);
    }
  }
  for (const auto &[address, entry] : model) {
    RC_ASSERT(memory.entry(top, address) == entry);
    RC_ASSERT(memory.translate(address | 7, top)->physical == (pfnOfEntry(entry) << pageShift | 7));
  }
  std::multiset<Pfn> found;
  collectTables(memory, top, tableLevels, found);
  RC_ASSERT(found == std::multiset<Pfn>(frames.live.begin(), frames.live.end()));

  memory.releaseTables(top, 0, userEnd);
  RC_ASSERT(frames.live == std::set<Pfn>{top});
  frames.freeTable(top);
}

// Releasing a hole touches nothing outside of it.
RC_GTEST_FIXTURE_PROP(PageTablesTest, release_keeps_what_lies_outside, ()) {
  Memory &memory = kernel.memory;
  const Pfn top = *frames.allocateTable();
  const auto addresses = *rc::gen::container<std::set<Address>>(userAddress());
  const Address a = *userAddress(), b = *userAddress();
  for (Address address : addresses)
    memory.map(top, address, 0x5000 + (address >> pageShift) % 512, PtePresent);
  memory.releaseTables(top, std::min(a, b), std::max(a, b));
  for (Address address : addresses)
    if (address < std::min(a, b) || address >= std::max(a, b))
      RC_ASSERT(memory.entry(top, address) != 0u);
  std::multiset<Pfn> found;
  collectTables(memory, top, tableLevels, found);
  RC_ASSERT(found == std::multiset<Pfn>(frames.live.begin(), frames.live.end()));
  memory.releaseTables(top, 0, userEnd);
  frames.freeTable(top);
  RC_ASSERT(frames.live.empty());
}
