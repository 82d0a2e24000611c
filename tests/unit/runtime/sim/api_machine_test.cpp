// Machines, snapshots, deaths.
#include "tests/unit/runtime/sim/machine_fixture.h"

namespace {
using namespace kmem::test;

TEST(ApiMachine, refusesWhatCannotBeMade) {
  kmem_sim *machine = nullptr;
  char problem[200];
  kmem_options options{};
  options.profile = "613";
  EXPECT_EQ(kmem_sim_create(&options, &machine, problem, sizeof(problem)), KMEM_BAD_ARGUMENT);
  EXPECT_STREQ(problem, "no profile is called \"613\"");
  EXPECT_EQ(machine, nullptr);
  options.profile = nullptr;
  options.memory_bytes = 4096;
  EXPECT_EQ(kmem_sim_create(&options, &machine, problem, 8), KMEM_BAD_ARGUMENT);
  EXPECT_EQ(std::string(problem).size(), 7u) << "cut to the caller's buffer";
  EXPECT_EQ(kmem_sim_create(&options, nullptr, nullptr, 0), KMEM_BAD_ARGUMENT);
}

TEST(ApiMachine, nullHandlesAreBadArguments) {
  kmem_address address;
  EXPECT_EQ(kmem_sim_kmalloc(nullptr, 8, 0, &address), KMEM_BAD_ARGUMENT);
  EXPECT_EQ(kmem_sim_free_pages(nullptr, 1, 0), KMEM_BAD_ARGUMENT);
  EXPECT_EQ(kmem_sim_snapshot(nullptr, nullptr), KMEM_BAD_ARGUMENT);
  EXPECT_STREQ(kmem_sim_console(nullptr, 0), "");
  kmem_sim_destroy(nullptr);
  kmem_snapshot_free(nullptr);
}

TEST(ApiMachine, compositesAreTheKernelsOwn) {
  const MachineHandle new612 = makeMachine({.profile = "612dbg"}), old61 = makeMachine({.profile = "61dbg"});
  kmem_gfp flags = 0;
  ASSERT_EQ(kmem_sim_gfp(new612.get(), "GFP_NOWAIT", &flags), KMEM_OK);
  EXPECT_EQ(flags, unsigned(KMEM_GFP_KSWAPD_RECLAIM | KMEM_GFP_NOWARN));
  ASSERT_EQ(kmem_sim_gfp(old61.get(), "GFP_NOWAIT", &flags), KMEM_OK);
  EXPECT_EQ(flags, unsigned(KMEM_GFP_KSWAPD_RECLAIM));
  EXPECT_EQ(kmem_sim_gfp(old61.get(), "GFP_SOMETIMES", &flags), KMEM_BAD_ARGUMENT);
}

TEST(ApiMachine, allocatesAndNamesTheCache) {
  const MachineHandle machine = makeMachine({});
  char name[32];
  const kmem_address object = kmalloc(machine.get(), 100);
  ASSERT_EQ(kmem_sim_cache_name(machine.get(), object, name, sizeof(name)), KMEM_OK);
  EXPECT_STREQ(name, "kmalloc-128");
  uint64_t size = 0;
  EXPECT_EQ(kmem_sim_ksize(machine.get(), object, &size), KMEM_OK);
  EXPECT_EQ(size, 128u);
  EXPECT_EQ(kmalloc(machine.get(), 0), 16u) << "ZERO_SIZE_PTR";
  EXPECT_EQ(kmalloc(machine.get(), uint64_t(1) << 40, KMEM_GFP_KERNEL | KMEM_GFP_NOWARN), 0u);
  EXPECT_EQ(kmem_sim_kfree(machine.get(), object), KMEM_OK);
}

TEST(ApiMachine, aSnapshotBringsEverythingBack) {
  const MachineHandle machine = makeMachine({});
  const kmem_address kept = kmalloc(machine.get(), 64);
  uint32_t value = 17;
  kmem_sim_write(machine.get(), kept, &value, sizeof(value));
  kmem_snapshot *snapshot = nullptr;
  ASSERT_EQ(kmem_sim_snapshot(machine.get(), &snapshot), KMEM_OK);
  const uint64_t lines = kmem_sim_console_lines(machine.get());
  const kmem_address next = kmalloc(machine.get(), 64);
  value = 18;
  kmem_sim_write(machine.get(), kept, &value, sizeof(value));
  kmem_sim_enter(machine.get(), KMEM_CONTEXT_NO_PREEMPTION);
  kmem_sim_kmalloc(machine.get(), 64, KMEM_GFP_KERNEL, nullptr); // a report

  ASSERT_EQ(kmem_sim_restore(machine.get(), snapshot), KMEM_OK);
  kmem_sim_read(machine.get(), kept, &value, sizeof(value));
  EXPECT_EQ(value, 17u);
  EXPECT_EQ(kmem_sim_preempt_count(machine.get()), 0u);
  EXPECT_EQ(kmem_sim_console_lines(machine.get()), lines);
  EXPECT_EQ(kmem_sim_leave(machine.get(), KMEM_CONTEXT_NO_PREEMPTION), KMEM_BAD_ARGUMENT);
  EXPECT_EQ(kmalloc(machine.get(), 64), next) << "deterministic";
  const MachineHandle other = makeMachine({});
  EXPECT_EQ(kmem_sim_restore(other.get(), snapshot), KMEM_BAD_ARGUMENT);
  kmem_snapshot_free(snapshot);
}

TEST(ApiMachine, anOopsKillsTheThreadOnly) {
  const MachineHandle machine = makeMachine({});
  kmem_sim_enter(machine.get(), KMEM_CONTEXT_NO_PREEMPTION);
  char byte;
  EXPECT_EQ(kmem_sim_read(machine.get(), 8, &byte, 1), KMEM_OOPS);
  EXPECT_TRUE(printed(machine.get(), "BUG: kernel NULL pointer dereference, address: 0000000000000008"));
  EXPECT_EQ(kmem_sim_preempt_count(machine.get()), 0u) << "the next thread starts afresh";
  EXPECT_NE(kmalloc(machine.get(), 64), 0u);
}

TEST(ApiMachine, anOopsInInterruptIsTheEndUntilRestored) {
  const MachineHandle machine = makeMachine({});
  kmem_snapshot *snapshot = nullptr;
  kmem_sim_snapshot(machine.get(), &snapshot);
  kmem_sim_enter(machine.get(), KMEM_CONTEXT_HARDIRQ);
  char byte;
  EXPECT_EQ(kmem_sim_read(machine.get(), 8, &byte, 1), KMEM_PANIC);
  EXPECT_EQ(kmem_sim_kmalloc(machine.get(), 64, KMEM_GFP_KERNEL, nullptr), KMEM_DEAD);
  EXPECT_TRUE(printed(machine.get(), "Kernel panic - not syncing: Fatal exception in interrupt"));
  EXPECT_EQ(kmem_sim_restore(machine.get(), snapshot), KMEM_OK);
  EXPECT_NE(kmalloc(machine.get(), 64), 0u);
  kmem_snapshot_free(snapshot);
}

TEST(ApiMachine, aSpinlockTakenTwiceHangs) {
  const MachineHandle machine = makeMachine({});
  kmem_lock_id lock = 0;
  ASSERT_EQ(kmem_sim_lock_create(machine.get(), KMEM_LOCK_SPIN, "lock", &lock), KMEM_OK);
  EXPECT_EQ(kmem_sim_lock(machine.get(), lock, KMEM_LOCK_EXCLUSIVE, KMEM_LOCK_PLAIN), KMEM_OK);
  EXPECT_EQ(kmem_sim_preempt_count(machine.get()), 1u);
  EXPECT_EQ(kmem_sim_lock(machine.get(), lock, KMEM_LOCK_EXCLUSIVE, KMEM_LOCK_PLAIN), KMEM_HANG);
  EXPECT_EQ(kmem_sim_unlock(machine.get(), lock + 1, KMEM_LOCK_PLAIN), KMEM_BAD_ARGUMENT);
}

TEST(ApiMachine, contextsNestAndForbidSleeping) {
  const MachineHandle machine = makeMachine({});
  EXPECT_EQ(kmem_sim_enter(machine.get(), KMEM_CONTEXT_NO_IRQS), KMEM_OK);
  EXPECT_EQ(kmem_sim_enter(machine.get(), KMEM_CONTEXT_SOFTIRQ), KMEM_OK);
  EXPECT_TRUE(kmem_sim_irqs_disabled(machine.get()));
  EXPECT_EQ(kmem_sim_preempt_count(machine.get()), 0x100u);
  EXPECT_EQ(kmem_sim_leave(machine.get(), KMEM_CONTEXT_NO_IRQS), KMEM_BAD_ARGUMENT);
  kmalloc(machine.get(), 64);
  EXPECT_TRUE(printed(machine.get(), "BUG: sleeping function called from invalid context"));
  EXPECT_EQ(kmem_sim_leave(machine.get(), KMEM_CONTEXT_SOFTIRQ), KMEM_OK);
  EXPECT_EQ(kmem_sim_leave(machine.get(), KMEM_CONTEXT_NO_IRQS), KMEM_OK);
  EXPECT_FALSE(kmem_sim_irqs_disabled(machine.get()));
}

TEST(ApiMachine, userMemoryIsCopiedAndMayBeAbsent) {
  const MachineHandle machine = makeMachine({});
  kmem_space_id space = 0;
  ASSERT_EQ(kmem_sim_user_create(machine.get(), &space), KMEM_OK);
  int64_t buffer = 0;
  ASSERT_EQ(kmem_sim_user_map(machine.get(), space, 8192, &buffer), KMEM_OK);
  ASSERT_GT(buffer, 0);
  int done = 0;
  EXPECT_EQ(kmem_sim_user_write(machine.get(), space, uint64_t(buffer), "hello", 6, &done), KMEM_OK);
  EXPECT_EQ(done, 1);
  ASSERT_EQ(kmem_sim_user_use(machine.get(), space), KMEM_OK);
  char text[6] = "";
  uint64_t left = 99;
  EXPECT_EQ(kmem_sim_copy_from_user(machine.get(), text, uint64_t(buffer), 6, &left), KMEM_OK);
  EXPECT_STREQ(text, "hello");
  EXPECT_EQ(left, 0u);
  EXPECT_EQ(kmem_sim_copy_to_user(machine.get(), 0x1000, text, 6, &left), KMEM_OK);
  EXPECT_EQ(left, 6u) << "nothing is mapped there";
}

} // namespace
