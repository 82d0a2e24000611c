// KASAN's shadow agrees with what was asked for, to the byte; wrong frees and accesses are named as the kernel names
// them.
#include "runtime/alloc/kasan.h"
#include "tests/unit/runtime/alloc/vmalloc_machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

using namespace kmem::sim;

namespace {

constexpr CodeSite driver{"driver_read", "drivers/driver.c", 1};

struct KasanMachine : VmallocMachine {
  explicit KasanMachine(std::string_view profile = "612kasan") : VmallocMachine(profile) {
    kernel.memory.setAccessCheck(&kasan);
    pages.setSanitizer(&kasan);
    slub.setSanitizer(&kasan);
    vmalloc.setSanitizer(&kasan);
  }
  ~KasanMachine() { slub.setSanitizer(nullptr); }

  uint8_t read(Address address) { return kernel.memory.loadChecked<uint8_t>(address, driver); }
  void write(Address address) { kernel.memory.storeChecked<uint8_t>(address, 1, driver); }
  std::string firstLine() {
    const auto lines = printed();
    return lines.empty() ? "" : lines.front();
  }
  /// Whether an access of one byte would be reported.
  bool isBad(Address address) const {
    const auto shadow = kasan.shadowAt(address);
    return !shadow || (*shadow && (*shadow >= shadowGranule || address % shadowGranule >= *shadow));
  }

  Kasan kasan{kernel, pages, slub, vmalloc};
  CallerScope caller{kernel.symbols, "driver_free"};
};

struct KasanTest : testing::Test {
  KasanMachine machine;
  Kmalloc &kmalloc = machine.kmalloc;
};

} // namespace

TEST_F(KasanTest, an_object_ends_at_the_byte_that_was_asked_for) {
  const Address object = kmalloc.kmalloc(33, machine.gfp());
  machine.read(object + 32);
  EXPECT_EQ(machine.firstLine(), "");
  machine.write(object + 33);
  EXPECT_EQ(machine.firstLine(), "BUG: KASAN: slab-out-of-bounds in driver_read");
}

TEST_F(KasanTest, only_the_first_bug_is_reported) {
  const Address object = kmalloc.kmalloc(64, machine.gfp());
  machine.read(object + 64);
  machine.printed();
  machine.read(object - 1);
  EXPECT_EQ(machine.firstLine(), "");
}

TEST_F(KasanTest, a_report_tells_about_the_object) {
  const Address object = kmalloc.kmalloc(64, machine.gfp());
  kmalloc.kfree(object);
  machine.write(object + 8);
  const auto lines = machine.printed();
  const auto has = [&](std::string_view text) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string &l) { return l.find(text) != l.npos; });
  };
  EXPECT_EQ(lines[0], "BUG: KASAN: slab-use-after-free in driver_read");
  EXPECT_TRUE(lines[1].starts_with("Write of size 1 at addr ffff888"));
  EXPECT_TRUE(has("Allocated by task"));
  EXPECT_TRUE(has("Freed by task"));
  EXPECT_TRUE(has(" which belongs to the cache kmalloc-64 of size 64"));
  EXPECT_TRUE(has("The buggy address is located 8 bytes inside of"));
  EXPECT_TRUE(has("Disabling lock debugging due to kernel taint"));
}

TEST_F(KasanTest, a_second_free_is_named_by_its_caller_and_does_no_harm) {
  const Address object = kmalloc.kmalloc(64, machine.gfp());
  kmalloc.kfree(object);
  kmalloc.kfree(object);
  EXPECT_EQ(machine.firstLine(), "BUG: KASAN: double-free in driver_free");
  std::map<Address, int> seen;
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(++seen[kmalloc.kmalloc(64, machine.gfp())], 1) << "one object is handed out once";
}

TEST_F(KasanTest, a_free_of_the_middle_is_invalid) {
  const Address object = kmalloc.kmalloc(256, machine.gfp());
  kmalloc.kfree(object + 128);
  EXPECT_EQ(machine.firstLine(), "BUG: KASAN: invalid-free in driver_free");
  EXPECT_FALSE(machine.isBad(object)) << "it is still allocated";
}

TEST_F(KasanTest, pages_and_large_objects_are_known) {
  const Address page = machine.pages.getFreePages(machine.gfp(), 0);
  machine.read(page + 100);
  machine.pages.freePages(page, 0);
  machine.read(page + 100);
  EXPECT_EQ(machine.firstLine(), "BUG: KASAN: use-after-free in driver_read");
  const Address large = kmalloc.kmalloc(40000, machine.gfp());
  EXPECT_FALSE(machine.isBad(large + 39999));
  EXPECT_TRUE(machine.isBad(large + 40000));
}

TEST_F(KasanTest, a_vmalloc_area_ends_at_its_byte_and_is_gone_after_vfree) {
  const Address area = machine.vmalloc.vmalloc(5000);
  EXPECT_FALSE(machine.isBad(area + 4999));
  EXPECT_TRUE(machine.isBad(area + 5000));
  machine.vmalloc.vfree(area);
  EXPECT_THROW(machine.read(area), Death);
  EXPECT_EQ(machine.firstLine(), "BUG: KASAN: vmalloc-out-of-bounds in driver_read");
}

TEST_F(KasanTest, pointers_outside_of_the_kernel_half_are_sorted) {
  for (const auto &[address, name] : {std::pair<Address, const char *>{0x10, "null-ptr-deref"},
                                      {0x400000, "user-memory-access"},
                                      {0x6b6b6b6b6b6b6b6b, "wild-memory-access"}}) {
    KasanMachine fresh;
    EXPECT_THROW(fresh.read(address), Death);
    EXPECT_EQ(fresh.firstLine(), std::string("BUG: KASAN: ") + name + " in driver_read");
  }
}

TEST_F(KasanTest, variables_have_red_zones) {
  const Address stack = machine.vmalloc.vmalloc(16384) + 8192;
  machine.kasan.enterFrame(stack, 32);
  EXPECT_FALSE(machine.isBad(stack + 31));
  EXPECT_TRUE(machine.isBad(stack + 32));
  EXPECT_TRUE(machine.isBad(stack - 1));
  machine.kasan.leaveFrame(stack, 32);
  EXPECT_FALSE(machine.isBad(stack + 32));
}

TEST_F(KasanTest, shrinking_a_cache_empties_the_quarantine) {
  const CacheId cache = machine.ownCache(200);
  for (int i = 0; i < 50; ++i)
    machine.slub.free(cache, machine.slub.allocate(cache, machine.gfp()));
  machine.slub.shrink(cache);
  EXPECT_EQ(machine.slub.node(cache).slabCount, 0u);
}

TEST(Kasan, the_older_release_says_use_after_free) {
  KasanMachine machine("61kasan");
  const Address object = machine.kmalloc.kmalloc(64, machine.gfp());
  machine.kmalloc.kfree(object);
  machine.read(object);
  EXPECT_EQ(machine.firstLine(), "BUG: KASAN: use-after-free in driver_read");
}

// Whatever is allocated and freed: exactly the bytes asked for may be accessed, and what a freed object covered may not
// be until it is handed out again.
RC_GTEST_PROP(KasanLaws, shadow_equals_what_was_asked_for, ()) {
  KasanMachine machine;
  std::map<Address, uint64_t> live;
  const auto steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    if (live.empty() || *rc::gen::inRange(0, 3)) {
      const auto size = *rc::gen::inRange<uint64_t>(1, 3000);
      live[machine.kmalloc.kmalloc(size, machine.gfp())] = size;
    } else {
      const auto victim = std::next(live.begin(), *rc::gen::inRange<long>(0, long(live.size())));
      machine.kmalloc.kfree(victim->first);
      RC_ASSERT(machine.isBad(victim->first));
      live.erase(victim);
    }
  }
  for (const auto &[object, size] : live) {
    RC_ASSERT(!machine.isBad(object));
    RC_ASSERT(!machine.isBad(object + size - 1));
    RC_ASSERT(machine.isBad(object + size));
  }
  RC_ASSERT(machine.printed().empty());
}
