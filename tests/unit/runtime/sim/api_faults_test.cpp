// Fault injection through the C API: the kernel's knobs, the n-th request, a recorded script.
#include "tests/unit/runtime/sim/machine_fixture.h"

namespace {
using namespace kmem::test;

constexpr uint32_t allocations = 1u << KMEM_FAULT_SLAB | 1u << KMEM_FAULT_PAGE;

/// 'F' or '.' for each kmalloc(64).
std::string pattern(kmem_sim *machine, unsigned n) {
  std::string all;
  while (n--)
    all += kmalloc(machine, 64) ? '.' : 'F';
  return all;
}

TEST(ApiFaults, theKernelsKnobs) {
  const MachineHandle machine = makeMachine({});
  kmem_fault_attr attr;
  ASSERT_EQ(kmem_sim_fault_get(machine.get(), KMEM_FAULT_SLAB, &attr), KMEM_OK);
  EXPECT_EQ(attr.ignore_gfp_wait, 1);
  EXPECT_EQ(attr.times, 1);
  attr.probability = 100;
  attr.interval = 3;
  attr.times = -1;
  attr.ignore_gfp_wait = 0;
  ASSERT_EQ(kmem_sim_fault_set(machine.get(), KMEM_FAULT_SLAB, &attr), KMEM_OK);
  EXPECT_EQ(pattern(machine.get(), 7), "..F..F.");
  EXPECT_TRUE(printed(machine.get(), "name failslab, interval 3, probability 100, space 0, times -1"));
}

TEST(ApiFaults, areThoseThatTheKernelWasBuiltWith) {
  kmem_fault_attr attr{};
  const MachineHandle plain = makeMachine({.profile = "deb612"});
  EXPECT_EQ(kmem_sim_fault_get(plain.get(), KMEM_FAULT_SLAB, &attr), KMEM_UNSUPPORTED);
  const MachineHandle withFaults = makeMachine({.profile = "deb612", .faultInjection = true});
  EXPECT_EQ(kmem_sim_fault_get(withFaults.get(), KMEM_FAULT_USER_COPY, &attr), KMEM_OK);
  EXPECT_EQ(kmem_sim_fault_get(withFaults.get(), KMEM_FAULT_TRYLOCK, &attr), KMEM_UNSUPPORTED);
}

TEST(ApiFaults, onlyTheNthRequestFails) {
  const MachineHandle machine = makeMachine({});
  pattern(machine.get(), 2);
  ASSERT_EQ(kmem_sim_fail_nth(machine.get(), 1u << KMEM_FAULT_SLAB, 3), KMEM_OK);
  EXPECT_EQ(pattern(machine.get(), 5), "..F..");
  uint64_t asked = 0, failed = 0;
  EXPECT_EQ(kmem_sim_decisions(machine.get(), &asked, &failed), KMEM_OK);
  EXPECT_GE(asked, 7u);
  EXPECT_EQ(failed, 1u);
}

TEST(ApiFaults, aTrylockMayFindTheLockTaken) {
  const MachineHandle machine = makeMachine({});
  kmem_lock_id lock = 0;
  kmem_sim_lock_create(machine.get(), KMEM_LOCK_SPIN, "lock", &lock);
  kmem_sim_fail_nth(machine.get(), 1u << KMEM_FAULT_TRYLOCK, 1);
  int taken = 9;
  EXPECT_EQ(kmem_sim_trylock(machine.get(), lock, KMEM_LOCK_EXCLUSIVE, KMEM_LOCK_PLAIN, &taken), KMEM_OK);
  EXPECT_EQ(taken, 0);
  EXPECT_EQ(kmem_sim_trylock(machine.get(), lock, KMEM_LOCK_EXCLUSIVE, KMEM_LOCK_PLAIN, &taken), KMEM_OK);
  EXPECT_EQ(taken, 1);
}

TEST(ApiFaults, aRecordedRunIsRepeated) {
  const MachineHandle first = makeMachine({.seed = 4});
  kmem_fault_attr attr{};
  attr.probability = 40;
  attr.interval = 1;
  attr.times = -1;
  kmem_sim_fault_set(first.get(), KMEM_FAULT_SLAB, &attr);
  const std::string original = pattern(first.get(), 40);
  EXPECT_NE(original.find('F'), std::string::npos);
  const std::string script = kmem_sim_decision_text(first.get());

  const MachineHandle second = makeMachine({.seed = 5});
  ASSERT_EQ(kmem_sim_fail_script(second.get(), script.c_str(), nullptr, 0), KMEM_OK);
  EXPECT_EQ(pattern(second.get(), 40), original);
}

TEST(ApiFaults, aScriptMustBeOne) {
  const MachineHandle machine = makeMachine({});
  char problem[100];
  EXPECT_EQ(kmem_sim_fail_script(machine.get(), "slub 1\n", problem, sizeof(problem)), KMEM_BAD_ARGUMENT);
  EXPECT_STREQ(problem, "line 1: expected a point and a number");
}

/// Every allocation of a sequence fails in turn, and the sequence copes.
TEST(ApiFaults, eachAllocationOfAVmallocMayFail) {
  unsigned failures = 0;
  for (uint64_t n = 1; n < 100; ++n) {
    const MachineHandle machine = makeMachine({});
    kmem_sim_fail_nth(machine.get(), allocations, n);
    kmem_address address = 0;
    EXPECT_EQ(kmem_sim_vmalloc(machine.get(), 12288, KMEM_GFP_KERNEL | KMEM_GFP_NOWARN, &address), KMEM_OK);
    uint64_t failed = 0;
    kmem_sim_decisions(machine.get(), nullptr, &failed);
    if (!failed)
      break;
    failures += address == 0;
  }
  EXPECT_GE(failures, 3u) << "the vm_struct, its range, the array of pages";
}

} // namespace
