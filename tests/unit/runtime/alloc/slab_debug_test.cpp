// What slub_debug and a hardened freelist notice, in the kernel's words, and what nobody notices.
#include "tests/unit/runtime/alloc/slub_machine.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

struct Checked : SlubMachine {
  explicit Checked(std::string_view profile = "612dbg-FZPU") : SlubMachine(profile) {
    object = kmalloc.kmalloc(40, gfp());
    printed();
  }
  std::string first() {
    const auto lines = printed();
    return lines.empty() ? "" : lines[0];
  }
  Address object = 0;
};

TEST(SlabDebug, OverflowIntoTheSlackOfTheClass) {
  Checked machine;
  machine.kernel.memory.store<uint8_t>(machine.object + 40, 1);
  machine.kmalloc.kfree(machine.object);
  EXPECT_TRUE(machine.first().starts_with("[kmalloc Redzone overwritten] 0x"));
}

TEST(SlabDebug, OverflowBehindTheObject) {
  Checked machine;
  machine.kernel.memory.store<uint8_t>(machine.object + 64, 1);
  machine.kmalloc.kfree(machine.object);
  const auto lines = machine.printed();
  ASSERT_GT(lines.size(), 2u);
  EXPECT_TRUE(lines[0].starts_with("[Right Redzone overwritten] 0x")) << lines[0];
  EXPECT_TRUE(lines[0].ends_with("First byte 0x1 instead of 0xcc")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("BUG kmalloc-64 (")) << lines[1];
  EXPECT_TRUE(lines[1].ends_with("): Object corrupt")) << lines[1];
}

TEST(SlabDebug, UnderflowInFrontOfTheObject) {
  Checked machine;
  machine.kernel.memory.store<uint8_t>(machine.object - 1, 1);
  machine.kmalloc.kfree(machine.object);
  EXPECT_TRUE(machine.first().starts_with("[Left Redzone overwritten] 0x"));
}

TEST(SlabDebug, WriteAfterFreeIsFoundAtTheNextAllocation) {
  Checked machine;
  machine.kmalloc.kfree(machine.object);
  machine.kernel.memory.store<uint8_t>(machine.object + 8, 1);
  EXPECT_EQ(machine.first(), "");
  for (unsigned i = 0; i < 64; ++i)
    machine.kmalloc.kmalloc(40, machine.gfp());
  EXPECT_TRUE(machine.first().starts_with("[Poison overwritten] 0x"));
}

TEST(SlabDebug, FreeingTwice) {
  Checked machine;
  machine.kmalloc.kmalloc(40, machine.gfp()); // or the slab would have nothing to be freed
  machine.kmalloc.kfree(machine.object);
  machine.kmalloc.kfree(machine.object);
  EXPECT_EQ(machine.first(), "BUG kmalloc-64 (Not tainted): Object already free");
}

TEST(SlabDebug, FreeingTheMiddleOfAnObject) {
  Checked machine;
  machine.kmalloc.kfree(machine.object + 8);
  EXPECT_TRUE(machine.first().starts_with("BUG kmalloc-64 (Not tainted): Invalid object pointer 0x"));
}

TEST(SlabDebug, TracksNameWhoAllocatedAndFreed) {
  Checked machine;
  Address object = 0;
  {
    CallerScope caller(machine.kernel.symbols, "frob_probe [frob]");
    object = machine.kmalloc.kmalloc(40, machine.gfp());
  }
  {
    CallerScope caller(machine.kernel.symbols, "frob_remove [frob]");
    machine.kmalloc.kfree(object);
    machine.kmalloc.kfree(object);
  }
  const auto lines = machine.printed();
  ASSERT_GT(lines.size(), 3u);
  EXPECT_TRUE(lines[1].starts_with("Allocated in frob_probe [frob] age=")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("Freed in frob_remove [frob] age=")) << lines[2];
}

TEST(SlabDebug, TheTextsOf61) {
  Checked machine("61dbg-FZPU");
  machine.kernel.memory.store<uint8_t>(machine.object + 64, 1);
  machine.kmalloc.kfree(machine.object);
  EXPECT_EQ(machine.first(), "BUG kmalloc-64 (Not tainted): Right Redzone overwritten");
}

TEST(SlabDebug, TheWrongCacheIsNamed) {
  Checked machine;
  const CacheId other = machine.ownCache(600);
  machine.slub.free(other, machine.object);
  EXPECT_EQ(machine.first(), "cache_from_obj: Wrong slab cache. own but object is from kmalloc-64");
}

TEST(SlabDebug, WithoutItNobodyNotices) {
  Checked machine("612dbg");
  machine.kernel.memory.store<uint8_t>(machine.object - 1, 1);
  machine.kernel.memory.store<uint8_t>(machine.object + 40, 1);
  machine.kmalloc.kfree(machine.object);
  machine.kmalloc.kfree(machine.object);
  EXPECT_EQ(machine.first(), "");
  const Address first = machine.kmalloc.kmalloc(40, machine.gfp());
  EXPECT_EQ(machine.kmalloc.kmalloc(40, machine.gfp()), first) << "the freelist has a cycle: both get the same object";
}

TEST(HardenedFreelist, FreeingTwiceInARowIsABug) {
  Checked machine("deb612");
  machine.kmalloc.kfree(machine.object);
  EXPECT_EQ(deathOf([&] { machine.kmalloc.kfree(machine.object); }), DeathKind::Oops);
  EXPECT_EQ(machine.first(), "kernel BUG at mm/slub.c:550!");
}

TEST(HardenedFreelist, PointersAreNotInTheClear) {
  Checked machine("deb612");
  const Address second = machine.kmalloc.kmalloc(40, machine.gfp());
  machine.kmalloc.kfree(machine.object);
  machine.kmalloc.kfree(second);
  EXPECT_NE(machine.kernel.memory.load<uint64_t>(second + 32), machine.object);
  EXPECT_EQ(machine.kmalloc.kmalloc(40, machine.gfp()), second);
  EXPECT_EQ(machine.kmalloc.kmalloc(40, machine.gfp()), machine.object);
}

} // namespace
