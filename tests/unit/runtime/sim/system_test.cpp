// A machine comes back from a snapshot as it was, and machines share nothing.
#include "runtime/sim/system.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

Profile profile() { return *profileNamed("612dbg"); }

TEST(System, restoringGoesBack) {
  System system(profile());
  const Gfp gfp = system.profile().gfp.kernel();
  const Address kept = system.kmalloc.kmalloc(100, gfp);
  system.kernel.memory.store<uint64_t>(kept, 42);
  const uint64_t freePages = system.pages.freePageCount();
  const System::Snapshot before = system.snapshot();

  const Address first = system.kmalloc.kmalloc(5000, gfp);
  const Address area = system.vmalloc.vmalloc(100000);
  system.kernel.memory.store<uint64_t>(kept, 43);
  system.kmalloc.kfree(kept);
  system.restore(before);

  EXPECT_EQ(system.pages.freePageCount(), freePages);
  EXPECT_EQ(system.kernel.memory.load<uint64_t>(kept), 42u);
  EXPECT_EQ(system.kmalloc.kmalloc(5000, gfp), first);
  EXPECT_EQ(system.vmalloc.vmalloc(100000), area);
}

TEST(System, snapshotsOutliveTheirMachine) {
  System other(profile());
  System::Snapshot state;
  Address object = 0;
  {
    System system(profile());
    object = system.kmalloc.kmalloc(64, system.profile().gfp.kernel());
    state = system.snapshot();
  }
  other.restore(state);
  EXPECT_EQ(other.kmalloc.cacheNameOf(object), "kmalloc-64");
  EXPECT_NE(other.kmalloc.kmalloc(64, other.profile().gfp.kernel()), object);
}

TEST(System, machinesShareNothing) {
  System one(profile()), two(profile());
  const Gfp gfp = one.profile().gfp.kernel();
  const Address first = one.kmalloc.kmalloc(64, gfp);
  EXPECT_EQ(two.kmalloc.kmalloc(64, gfp), first);
  one.kernel.memory.store<uint64_t>(first, 1);
  EXPECT_NE(two.kernel.memory.load<uint64_t>(first), 1u);
}

TEST(System, kswapdRunsWhenTheCpuIsGivenAway) {
  System system(profile());
  std::vector<Pfn> taken;
  while (const auto pfn = system.pages.allocate(system.profile().gfp.kswapdReclaim | system.profile().gfp.nowarn, 0))
    taken.push_back(*pfn);
  for (const Pfn pfn : taken)
    system.pages.free(pfn, 0);
  EXPECT_TRUE(system.pages.kswapdIsAwake());
  system.kernel.deferred.sleep(1);
  EXPECT_FALSE(system.pages.kswapdIsAwake());
  for (const ZoneIndex zone : system.pages.zones())
    EXPECT_EQ(system.pages.zone(zone).boost, 0u);
}

} // namespace
