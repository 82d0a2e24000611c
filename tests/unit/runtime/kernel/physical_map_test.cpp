#include "runtime/kernel/physical_map.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

TEST(PhysicalMap, small_machines_are_one_piece_above_the_first_mebibyte) {
  const auto usable = usableMemory(*profileNamed("612dbg-256M"));
  EXPECT_EQ(usable, (std::vector<PfnRange>{{1, 0x9f}, {0x100, 0xffe0}}));
}

TEST(PhysicalMap, memory_goes_around_the_PCI_hole) {
  const auto usable = usableMemory(*profileNamed("612dbg-8G"));
  ASSERT_EQ(usable.size(), 3u);
  EXPECT_EQ(usable[1].end, (uint64_t(3) << 18) - 0x20) << "3 GiB below it";
  EXPECT_EQ(usable[2], (PfnRange{uint64_t(4) << 18, uint64_t(9) << 18})) << "the rest above 4 GiB";
}

TEST(PhysicalMap, a_machine_that_just_misses_the_hole_has_none) {
  EXPECT_EQ(usableMemory(*profileNamed("612dbg-3072M")).size(), 2u);
}

TEST(PhysicalMap, the_image_is_ordered_and_holds_the_boot_page_tables) {
  for (const std::string &tag : profileTags()) {
    const Profile profile = *profileNamed(tag);
    const KernelImage image = kernelImageOf(profile);
    EXPECT_LT(image.text, image.rodata);
    EXPECT_LT(image.rodata, image.data);
    EXPECT_LT(image.data, image.end);
    const PfnRange tables = kernelTablesOf(profile);
    EXPECT_GE(tables.begin << pageShift, image.data);
    EXPECT_LE(tables.end << pageShift, image.end);
  }
}
