#include "tests/unit/runtime/alloc/slub_machine.h"

#include <gtest/gtest.h>

#include <set>

using namespace kmem::sim;

namespace {

std::string classOf(SlubMachine &machine, uint64_t size, std::string_view flags = "GFP_KERNEL") {
  const Address object = machine.kmalloc.kmalloc(size, *machine.kernel.profile.gfp.parse(flags));
  std::string name = machine.kmalloc.cacheNameOf(object);
  machine.kmalloc.kfree(object);
  return name;
}

TEST(Kmalloc, SizeSelectsTheClass) {
  SlubMachine machine;
  EXPECT_EQ(classOf(machine, 0), "ZERO_SIZE_PTR");
  EXPECT_EQ(classOf(machine, 1), "kmalloc-8");
  EXPECT_EQ(classOf(machine, 65), "kmalloc-96");
  EXPECT_EQ(classOf(machine, 97), "kmalloc-128");
  EXPECT_EQ(classOf(machine, 129), "kmalloc-192");
  EXPECT_EQ(classOf(machine, 193), "kmalloc-256");
  EXPECT_EQ(classOf(machine, 8192), "kmalloc-8k");
  EXPECT_EQ(classOf(machine, 8193), "pages-order-2");
  EXPECT_EQ(classOf(machine, 70000), "pages-order-5");
}

TEST(Kmalloc, FlagsSelectTheVariantByPriority) {
  SlubMachine machine;
  EXPECT_EQ(classOf(machine, 64, "GFP_KERNEL_ACCOUNT"), "kmalloc-cg-64");
  EXPECT_EQ(classOf(machine, 64, "GFP_KERNEL|__GFP_RECLAIMABLE|__GFP_ACCOUNT"), "kmalloc-rcl-64");
  EXPECT_EQ(classOf(machine, 64, "GFP_KERNEL|GFP_DMA|__GFP_RECLAIMABLE"), "dma-kmalloc-64");
}

TEST(Kmalloc, DmaObjectsLieInTheDmaZone) {
  SlubMachine machine;
  const Address object = machine.kmalloc.kmalloc(64, *machine.kernel.profile.gfp.parse("GFP_KERNEL|GFP_DMA"));
  EXPECT_LT(object - directMapStart, uint64_t(16) << 20);
}

TEST(Kmalloc, ConsecutiveObjectsAreContiguous) {
  SlubMachine machine;
  const Address first = machine.kmalloc.kmalloc(64, machine.gfp());
  EXPECT_EQ(machine.kmalloc.kmalloc(64, machine.gfp()), first + 64);
}

TEST(Kmalloc, AboveTheLimitIsNullWithAWarning) {
  SlubMachine machine;
  EXPECT_NE(machine.kmalloc.kmalloc(kmallocMaxSize, machine.gfp()), 0u);
  machine.printed();
  EXPECT_EQ(machine.kmalloc.kmalloc(kmallocMaxSize + 1, machine.gfp()), 0u);
  const auto lines = machine.printed();
  ASSERT_FALSE(lines.empty());
  EXPECT_NE(lines[0].find("mm/page_alloc.c:4832"), std::string::npos) << lines[0];
}

TEST(Kmalloc, ProductsThatOverflowFailSilently) {
  SlubMachine machine;
  EXPECT_EQ(machine.kmalloc.kcalloc(UINT64_MAX / 4, 8, machine.gfp()), 0u);
  EXPECT_EQ(machine.kmalloc.kmallocArray(UINT64_MAX, 2, machine.gfp()), 0u);
  EXPECT_EQ(machine.kmalloc.kcalloc(0, 8, machine.gfp()), zeroSizePointer);
  EXPECT_TRUE(machine.printed().empty());
}

TEST(Kmalloc, KzallocIsZeroEvenAfterReuse) {
  SlubMachine machine;
  const Address dirty = machine.kmalloc.kmalloc(64, machine.gfp());
  machine.kernel.memory.fill(dirty, 0xa5, 64);
  machine.kmalloc.kfree(dirty);
  const Address clean = machine.kmalloc.kzalloc(40, machine.gfp());
  EXPECT_EQ(clean, dirty);
  EXPECT_EQ(machine.kernel.memory.load<uint64_t>(clean + 56), 0u);
}

TEST(Kmalloc, WrongFlagsAreFixedAloud) {
  SlubMachine machine;
  const Gfp wrong = machine.gfp() | machine.kernel.profile.gfp.highmem;
  machine.kmalloc.kfree(machine.kmalloc.kmalloc(40000, wrong));
  const auto lines = machine.printed();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "Unexpected gfp: 0x2 (__GFP_HIGHMEM). Fixing up to gfp: 0xcc0 (GFP_KERNEL). Fix your code!");
}

TEST(Kmalloc, KfreeOfNothingDoesNothing) {
  SlubMachine machine;
  machine.kmalloc.kfree(0);
  machine.kmalloc.kfree(zeroSizePointer);
  EXPECT_TRUE(machine.printed().empty());
}

TEST(Kmalloc, KfreeOfASinglePageWarnsAndFrees) {
  SlubMachine machine;
  const Address page = machine.pages.getFreePages(machine.gfp(), 0);
  machine.printed();
  machine.kmalloc.kfree(page);
  const auto lines = machine.printed();
  ASSERT_FALSE(lines.empty());
  EXPECT_NE(lines[0].find("mm/slub.c:4799 free_large_kmalloc"), std::string::npos) << lines[0];
}

TEST(Kmalloc, KfreeOfVmallocMemoryIsABug) {
  SlubMachine machine;
  EXPECT_EQ(deathOf([&] { machine.kmalloc.kfree(vmallocStart + 4096); }), DeathKind::Oops);
  EXPECT_EQ(machine.printed().at(0), "kernel BUG at arch/x86/mm/physaddr.c:28!");
}

TEST(Kmalloc, WithoutDebugVirtualTheVmemmapFaults) {
  SlubMachine machine("deb612");
  EXPECT_EQ(deathOf([&] { machine.kmalloc.kfree(vmallocStart + 4096); }), DeathKind::Oops);
  EXPECT_EQ(machine.printed().at(0), "BUG: unable to handle page fault for address: ffffeb0200000048");
}

TEST(Krealloc, StaysWhileItFits) {
  SlubMachine machine;
  const Address object = machine.kmalloc.kmalloc(33, machine.gfp());
  EXPECT_EQ(machine.kmalloc.krealloc(object, 64, machine.gfp()), object);
  EXPECT_EQ(machine.kmalloc.krealloc(object, 1, machine.gfp()), object);
}

TEST(Krealloc, MovesWithAllThatKsizeSees) {
  SlubMachine machine;
  const Address object = machine.kmalloc.kmalloc(33, machine.gfp());
  machine.kernel.memory.fill(object, 7, 64);
  const Address grown = machine.kmalloc.krealloc(object, 65, machine.gfp());
  EXPECT_NE(grown, object);
  EXPECT_EQ(machine.kmalloc.cacheNameOf(grown), "kmalloc-96");
  EXPECT_EQ(machine.kernel.memory.load<uint8_t>(grown + 63), 7);
  EXPECT_EQ(machine.kmalloc.kmalloc(64, machine.gfp()), object) << "the old object is free";
}

TEST(Krealloc, ToNothingFrees) {
  SlubMachine machine;
  const Address object = machine.kmalloc.kmalloc(33, machine.gfp());
  EXPECT_EQ(machine.kmalloc.krealloc(object, 0, machine.gfp()), zeroSizePointer);
  EXPECT_EQ(machine.kmalloc.krealloc(0, 16, machine.gfp()), machine.kmalloc.kmalloc(16, machine.gfp()) - 16);
}

TEST(Ksize, IsTheClassAndTheBlock) {
  SlubMachine machine;
  EXPECT_EQ(machine.kmalloc.ksize(machine.kmalloc.kmalloc(33, machine.gfp())), 64u);
  EXPECT_EQ(machine.kmalloc.ksize(machine.kmalloc.kmalloc(8193, machine.gfp())), 16384u);
  EXPECT_EQ(machine.kmalloc.ksize(zeroSizePointer), 0u);
  EXPECT_EQ(machine.kmalloc.roundUp(100), 128u);
  EXPECT_EQ(machine.kmalloc.roundUp(8193), 16384u);
  EXPECT_EQ(machine.kmalloc.roundUp(kmallocMaxSize + 1), kmallocMaxSize + 1);
}

TEST(Strings, AreCopiedWithTheirEnd) {
  SlubMachine machine;
  const Address text = machine.kmalloc.kasprintf(machine.gfp(), "frob-7");
  const Address copy = machine.kmalloc.kstrdup(text, machine.gfp());
  EXPECT_NE(copy, text);
  EXPECT_EQ(machine.kernel.memory.load<uint8_t>(copy + 5), '7');
  EXPECT_EQ(machine.kernel.memory.load<uint8_t>(copy + 6), 0);
  const Address shorter = machine.kmalloc.kstrndup(text, 4, machine.gfp());
  EXPECT_EQ(machine.kernel.memory.load<uint8_t>(shorter + 3), 'b');
  EXPECT_EQ(machine.kernel.memory.load<uint8_t>(shorter + 4), 0);
  EXPECT_EQ(machine.kmalloc.kstrdup(0, machine.gfp()), 0u);
}

TEST(Strings, ConstantsAreTheirOwnCopy) {
  SlubMachine machine;
  const Address constant = kernelTextStart + kernelImageOf(machine.kernel.profile).rodata;
  EXPECT_EQ(machine.kmalloc.kstrdupConst(constant, machine.gfp()), constant);
  machine.kmalloc.kfreeConst(constant);
  EXPECT_TRUE(machine.printed().empty());
}

} // namespace
