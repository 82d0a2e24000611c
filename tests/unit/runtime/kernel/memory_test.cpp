#include "runtime/kernel/kernel.h"

#include <gtest/gtest.h>
#include <map>
#include <rapidcheck/gtest.h>

using namespace kmem::sim;

namespace {

constexpr Pfn somePfn = 0x4000;
constexpr CodeSite prober{"probe_read", "drivers/probe.c", 1};

/// Table frames from the top of memory; the tests map little.
class TopFrames : public FrameSource {
public:
  std::optional<Pfn> allocateTable() override { return next--; }
  void freeTable(Pfn) override {}

private:
  Pfn next = 0xff00;
};

struct MemoryTest : testing::Test {
  Kernel kernel{*profileNamed("612dbg")};
  Memory &memory = kernel.memory;
  TopFrames frames;
  MemoryTest() { memory.setFrameSource(&frames); }

  /// The console lines of an access that kills.
  template <typename Access> std::vector<std::string> linesOf(Access access) {
    const Console::Mark mark = kernel.console.mark();
    EXPECT_THROW(access(), Death);
    return kernel.console.since(mark);
  }
};

} // namespace

TEST_F(MemoryTest, the_direct_map_is_the_frames) {
  memory.store<uint64_t>(pageToVirt(somePfn) + 8, 0x1122334455667788);
  EXPECT_EQ(std::to_integer<int>(memory.frame(somePfn)[8]), 0x88);
  EXPECT_EQ(memory.load<uint32_t>(pageToVirt(somePfn) + 12), 0x11223344u);
  EXPECT_EQ(memory.load<uint64_t>(pageToVirt(somePfn) + pageSize), 0u);
}

TEST_F(MemoryTest, an_access_may_cross_frames) {
  memory.store<uint64_t>(pageToVirt(somePfn) + pageSize - 3, 0x1122334455667788);
  EXPECT_EQ(memory.load<uint64_t>(pageToVirt(somePfn) + pageSize - 3), 0x1122334455667788u);
  EXPECT_EQ(memory.load<uint8_t>(pageToVirt(somePfn + 1)), 0x55);
  memory.fill(pageToVirt(somePfn) + 100, 0x5a, 2 * pageSize);
  EXPECT_EQ(memory.load<uint16_t>(pageToVirt(somePfn) + 99 + pageSize), 0x5a5a);
  EXPECT_EQ(memory.load<uint8_t>(pageToVirt(somePfn + 2) + 100), 0);
}

TEST_F(MemoryTest, knows_where_memory_ends) {
  EXPECT_EQ(memory.frameCount(), 0xffe0u) << "256 MiB without the firmware's tables";
  EXPECT_TRUE(memory.hasFrame(0xa0)) << "the direct map has no hole below 1 MiB";
  EXPECT_TRUE(memory.hasPage(0xffff)) << "struct pages come in sections";
  EXPECT_FALSE(memory.hasPage(0x10000));
  Profile large = *profileNamed("612dbg-4096M");
  const DirectMap map = directMapOf(large);
  EXPECT_FALSE(map.contains(0xd0000)) << "the PCI hole";
  EXPECT_TRUE(map.contains(0x100000));
  EXPECT_EQ(map.end(), 0x140000u);
}

TEST_F(MemoryTest, a_null_pointer_is_named_as_such) {
  const auto lines = linesOf([&] { memory.load<uint8_t>(0x38, prober); });
  ASSERT_GE(lines.size(), 6u);
  EXPECT_EQ(lines[0], "BUG: kernel NULL pointer dereference, address: 0000000000000038");
  EXPECT_EQ(lines[1], "#PF: supervisor read access in kernel mode");
  EXPECT_EQ(lines[2], "#PF: error_code(0x0000) - not-present page");
  EXPECT_EQ(lines[3], "PGD 0 P4D 0 ");
  EXPECT_EQ(lines[4], "Oops: Oops: 0000 [#1] PREEMPT SMP");
  EXPECT_EQ(lines[5], "RIP: 0010:probe_read");
}

TEST_F(MemoryTest, a_non_canonical_address_is_a_general_protection_fault) {
  EXPECT_EQ(linesOf([&] { memory.load<uint8_t>(0x6b6b6b6b6b6b6b6b, prober); })[0],
            "Oops: general protection fault, probably for non-canonical address 0x6b6b6b6b6b6b6b6b: 0000 [#1] PREEMPT "
            "SMP");
}

TEST_F(MemoryTest, rodata_and_text_cannot_be_written) {
  const Address rodata = kernelTextStart + kernelImageOf(kernel.profile).rodata;
  EXPECT_EQ(memory.load<uint8_t>(rodata), 0);
  EXPECT_EQ(linesOf([&] { memory.store<uint8_t>(rodata, 1, prober); })[2],
            "#PF: error_code(0x0003) - permissions violation");
  EXPECT_EQ(linesOf([&] { memory.store<uint8_t>(directMapStart + kernelImageOf(kernel.profile).text, 1, prober); })[1],
            "#PF: supervisor write access in kernel mode");
  memory.store<uint8_t>(kernelTextStart + kernelImageOf(kernel.profile).data, 1);
  EXPECT_EQ(memory.load<uint8_t>(directMapStart + kernelImageOf(kernel.profile).data), 1);
}

TEST_F(MemoryTest, holes_of_the_kernel_half_fault) {
  for (Address hole : {pageToVirt(0x20000), vmallocStart, vmemmapStart + 0x10000 * structPageSize, kernelTextStart,
                       Address(0xffffffffc0000000)})
    EXPECT_THROW(memory.load<uint8_t>(hole), Death) << std::hex << hole;
}

TEST_F(MemoryTest, SMAP_refuses_user_memory_that_is_mapped) {
  const Pfn top = *frames.allocateTable();
  ASSERT_TRUE(memory.map(top, 0x400000, somePfn, PtePresent | PteWrite | PteUser));
  memory.setUserTable(top);
  EXPECT_EQ(linesOf([&] { memory.load<uint8_t>(0x400000, prober); })[2],
            "#PF: error_code(0x0001) - permissions violation");
  EXPECT_EQ(linesOf([&] { memory.load<uint8_t>(0x800000, prober); })[2], "#PF: error_code(0x0000) - not-present page");
  EXPECT_EQ(memory.translate(0x400123, top)->physical, (somePfn << pageShift) + 0x123);
}

TEST_F(MemoryTest, vmemmap_shows_the_struct_pages) {
  memory.pageForWrite(somePfn).refCount = 77;
  memory.pageForWrite(somePfn + 1).refCount = 78;
  EXPECT_EQ(memory.load<int32_t>(pageToVmemmap(somePfn) + 52), 77);
  memory.store<int32_t>(pageToVmemmap(somePfn + 1) + 52, 5);
  EXPECT_EQ(memory.page(somePfn + 1).refCount, 5);
}

TEST_F(MemoryTest, a_vmalloc_page_is_the_same_frame) {
  ASSERT_TRUE(memory.map(memory.kernelTable(), vmallocStart, somePfn, PtePresent | PteWrite));
  memory.store<uint64_t>(vmallocStart + 16, 42);
  EXPECT_EQ(memory.load<uint64_t>(pageToVirt(somePfn) + 16), 42u);
  EXPECT_NE(memory.unmap(memory.kernelTable(), vmallocStart), 0u);
  EXPECT_THROW(memory.load<uint64_t>(vmallocStart + 16), Death);
}

TEST_F(MemoryTest, instrumented_accesses_are_checked_first) {
  struct Log : AccessCheck {
    std::vector<std::pair<Address, AccessKind>> seen;
    void check(Address address, uint64_t, AccessKind kind, const CodeSite &) override {
      seen.push_back({address, kind});
    }
  } log;
  memory.setAccessCheck(&log);
  memory.storeChecked<uint8_t>(pageToVirt(somePfn), 1, prober);
  EXPECT_THROW(memory.loadChecked<uint8_t>(0, prober), Death);
  memory.load<uint8_t>(pageToVirt(somePfn));
  EXPECT_EQ(log.seen, (std::vector<std::pair<Address, AccessKind>>{{pageToVirt(somePfn), AccessKind::Write},
                                                                   {0, AccessKind::Read}}));
}

// Snapshot, mutate, restore is the identity, seen through every way of reading.
RC_GTEST_FIXTURE_PROP(MemoryTest, restore_undoes_everything, ()) {
  auto mutate = [&](int steps) {
    for (int i = 0; i < steps; ++i) {
      const Pfn pfn = somePfn + *rc::gen::inRange<Pfn>(0, 40);
      switch (*rc::gen::inRange(0, 4)) {
      case 0:
        memory.fill(pageToVirt(pfn) + *rc::gen::inRange(0, 5000), *rc::gen::arbitrary<uint8_t>(), 300);
        break;
      case 1:
        memory.pageForWrite(pfn).refCount = *rc::gen::arbitrary<int32_t>();
        break;
      case 2:
        memory.map(memory.kernelTable(), vmallocStart + (pfn - somePfn) * pageSize, pfn, PtePresent | PteWrite);
        break;
      case 3:
        memory.dropFrame(pfn);
      }
    }
  };
  auto picture = [&] {
    std::vector<std::byte> bytes(42 * pageSize);
    memory.read(pageToVirt(somePfn), bytes);
    std::vector<std::byte> pages(40 * structPageSize);
    memory.read(pageToVmemmap(somePfn), pages);
    bytes.insert(bytes.end(), pages.begin(), pages.end());
    for (unsigned i = 0; i < 40; ++i)
      bytes.push_back(std::byte(memory.translate(vmallocStart + i * pageSize).has_value()));
    return bytes;
  };
  mutate(*rc::gen::inRange(0, 30));
  const auto before = picture();
  const Memory::State snapshot = memory.state();
  mutate(*rc::gen::inRange(1, 30));
  memory.restore(snapshot);
  RC_ASSERT(picture() == before);
}
