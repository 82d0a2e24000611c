#include "runtime/alloc/page_allocator.h"

#include <gtest/gtest.h>

namespace kmem::sim {
namespace {

class NeverFails : public Oracle {
public:
  bool decide(const Question &) override { return false; }
};

struct Machine {
  explicit Machine(std::string_view name) : kernel(*profileNamed(name)), pages(kernel, oracle) {}
  ZoneView zone(ZoneId id) const { return pages.zone({0, id}); }
  Kernel kernel;
  NeverFails oracle;
  PageAllocator pages;
};

// Numbers of real guests; the formulas are to meet all of them.
TEST(BootMemory, zonesOf256MiB) {
  const Machine machine("612dbg-256M");
  const ZoneView dma = machine.zone(ZoneId::Dma), dma32 = machine.zone(ZoneId::Dma32);
  EXPECT_EQ(machine.pages.zones().size(), 2u);
  EXPECT_EQ(machine.pages.managedPageCount(), 57727u);
  EXPECT_EQ(dma.startPfn, 1u);
  EXPECT_EQ(dma.spanned, 4095u);
  EXPECT_EQ(dma.present, 3998u);
  EXPECT_EQ(dma.managed, 3840u);
  EXPECT_EQ(dma32.startPfn, 4096u);
  EXPECT_EQ(dma32.spanned, 61408u);
  EXPECT_EQ(dma32.managed, 53887u);
}

TEST(BootMemory, marksOf256MiB) {
  const Machine machine("612dbg-256M");
  const ZoneView dma = machine.zone(ZoneId::Dma), dma32 = machine.zone(ZoneId::Dma32);
  EXPECT_EQ(machine.pages.minFreeKbytes(), 1913u);
  EXPECT_EQ(dma.minMark, 32u);
  EXPECT_EQ(dma.lowMark, 40u);
  EXPECT_EQ(dma.highMark, 48u);
  EXPECT_EQ(dma.lowmemReserve, (std::array<uint64_t, 4>{0, 208, 208, 208}));
  EXPECT_EQ(dma.pcpHighMin, 20u);
  EXPECT_EQ(dma.pcpBatch, 1u);
  EXPECT_EQ(dma.pcpHighMax, 240u);
  EXPECT_EQ(dma32.minMark, 445u);
  EXPECT_EQ(dma32.lowMark, 556u);
  EXPECT_EQ(dma32.highMark, 667u);
  EXPECT_EQ(dma32.pcpHighMin, 278u);
  EXPECT_EQ(dma32.pcpBatch, 15u);
  EXPECT_EQ(dma32.pcpHighMax, 3336u);
}

TEST(BootMemory, numbersOf128MiB) {
  const Machine machine("612dbg-128M");
  const ZoneView dma = machine.zone(ZoneId::Dma), dma32 = machine.zone(ZoneId::Dma32);
  EXPECT_EQ(machine.pages.managedPageCount(), 25519u);
  EXPECT_EQ(machine.pages.minFreeKbytes(), 1265u);
  EXPECT_EQ(dma.minMark, 48u);
  EXPECT_EQ(dma.lowmemReserve[1], 82u);
  EXPECT_EQ(dma.pcpHighMin, 30u);
  EXPECT_EQ(dma32.minMark, 267u);
  EXPECT_EQ(dma32.lowMark, 333u);
  EXPECT_EQ(dma32.highMark, 399u);
  EXPECT_EQ(dma32.pcpHighMin, 166u);
  EXPECT_EQ(dma32.pcpBatch, 3u);
  EXPECT_EQ(dma32.pcpHighMax, 1323u);
}

uint64_t managedOf(std::string_view name, unsigned cpus) {
  Profile profile = *profileNamed(name);
  profile.cpus = cpus;
  Kernel kernel(profile);
  NeverFails oracle;
  return PageAllocator(kernel, oracle).managedPageCount();
}

TEST(BootMemory, managedPagesOfOtherKernels) {
  EXPECT_EQ(managedOf("612dbg", 1), 57782u);
  EXPECT_EQ(managedOf("612dbg-FZPU", 2), 57663u);
  EXPECT_EQ(managedOf("61dbg", 1), 57797u);
  EXPECT_EQ(managedOf("612kasan", 1), 103043u);
  EXPECT_EQ(managedOf("deb612", 2), 118798u);
  EXPECT_EQ(managedOf("deb612", 1), 118864u);
}

TEST(BootMemory, largeMachinesHaveNormalMemoryAboveTheHole) {
  const Machine machine("612dbg-4G");
  const ZoneView dma32 = machine.zone(ZoneId::Dma32), normal = machine.zone(ZoneId::Normal);
  EXPECT_EQ(dma32.spanned, 1048576u - 4096u);
  EXPECT_EQ(dma32.present, 0xbffe0u - 4096u);
  EXPECT_EQ(normal.startPfn, 1048576u);
  EXPECT_EQ(normal.spanned, 262144u);
  EXPECT_EQ(normal.present, 262144u);
  EXPECT_LT(normal.managed, normal.present);
  EXPECT_GT(machine.pages.minFreeKbytes(), 60000u) << "huge pages raise it";
}

} // namespace
} // namespace kmem::sim
