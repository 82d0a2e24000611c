// Host code as code of the kernel: threads, handlers, timers, and the deaths of each.
#include "tests/unit/runtime/sim/machine_fixture.h"

namespace {
using namespace kmem::test;

struct Shared {
  kmem_sim *machine;
  kmem_address address = 0;
  uint32_t preemptCount = 0;
  unsigned runs = 0;
  bool cameBack = false;
};

void writeThroughPointer(void *data) {
  auto *shared = static_cast<Shared *>(data);
  *static_cast<volatile char *>(kmem_sim_pointer(shared->machine, shared->address)) = 1;
  shared->cameBack = true;
}
void followNull(void *data) {
  auto *shared = static_cast<Shared *>(data);
  *reinterpret_cast<volatile int *>(shared->address) = 1;
  shared->cameBack = true;
}
void note(void *data, uint64_t) {
  auto *shared = static_cast<Shared *>(data);
  shared->preemptCount = kmem_sim_preempt_count(shared->machine);
  ++shared->runs;
}
void followNullLater(void *data, uint64_t) { followNull(data); }

TEST(ApiThreads, pointersIntoANativeMachineWork) {
  const MachineHandle machine = makeMachine({.native = true});
  Shared shared{machine.get(), kmalloc(machine.get(), 64)};
  EXPECT_EQ(kmem_sim_address(machine.get(), kmem_sim_pointer(machine.get(), shared.address)), shared.address);
  EXPECT_EQ(kmem_sim_run(machine.get(), "writer", writeThroughPointer, &shared), KMEM_OK);
  char byte = 0;
  kmem_sim_read(machine.get(), shared.address, &byte, 1);
  EXPECT_EQ(byte, 1);
  kmem_snapshot *snapshot = nullptr;
  EXPECT_EQ(kmem_sim_snapshot(machine.get(), &snapshot), KMEM_UNSUPPORTED);
}

TEST(ApiThreads, aNullPointerInHostCodeIsAnOops) {
  const MachineHandle machine = makeMachine({.native = true});
  Shared shared{machine.get(), 0x10};
  EXPECT_EQ(kmem_sim_run(machine.get(), "victim", followNull, &shared), KMEM_OOPS);
  EXPECT_FALSE(shared.cameBack);
  EXPECT_TRUE(printed(machine.get(), "BUG: kernel NULL pointer dereference, address: 0000000000000010"));
  EXPECT_EQ(kmem_sim_run(machine.get(), "victim", followNull, &shared), KMEM_OOPS) << "the machine goes on";
}

void keepLocked(void *data) {
  auto *shared = static_cast<Shared *>(data);
  kmem_lock_id lock = 0;
  kmem_sim_lock_create(shared->machine, KMEM_LOCK_SPIN, "lock", &lock);
  kmem_sim_lock(shared->machine, lock, KMEM_LOCK_EXCLUSIVE, KMEM_LOCK_PLAIN);
}

TEST(ApiThreads, aThreadThatEndsWithASpinlockIsReported) {
  const MachineHandle machine = makeMachine({});
  Shared shared{machine.get()};
  EXPECT_EQ(kmem_sim_run(machine.get(), "keeper", keepLocked, &shared), KMEM_OK);
  EXPECT_TRUE(printed(machine.get(), "BUG: scheduling while atomic: keeper/")) << kmem_sim_console(machine.get(), 0);
  EXPECT_EQ(kmem_sim_preempt_count(machine.get()), 0u) << "the next thread starts afresh";
}

TEST(ApiThreads, theGuardPageOfAVmallocAreaFaults) {
  const MachineHandle machine = makeMachine({.native = true});
  kmem_address area = 0;
  kmem_sim_vmalloc(machine.get(), 8192, KMEM_GFP_KERNEL, &area);
  Shared inside{machine.get(), area + 8191}, guard{machine.get(), area + 8192};
  EXPECT_EQ(kmem_sim_run(machine.get(), "writer", writeThroughPointer, &inside), KMEM_OK);
  EXPECT_EQ(kmem_sim_run(machine.get(), "overrun", writeThroughPointer, &guard), KMEM_OOPS);
  char expected[80];
  snprintf(expected, sizeof(expected), "unable to handle page fault for address: %016llx",
           static_cast<unsigned long long>(guard.address));
  EXPECT_TRUE(printed(machine.get(), expected)) << kmem_sim_console(machine.get(), 0);
}

TEST(ApiThreads, interruptsAndTimersRunInTheirContexts) {
  const MachineHandle machine = makeMachine({});
  Shared shared{machine.get()};
  kmem_callback_id callback = 0;
  ASSERT_EQ(kmem_sim_register(machine.get(), note, &shared, &callback), KMEM_OK);
  int error = 1;
  ASSERT_EQ(kmem_sim_request_irq(machine.get(), 5, "device", callback, 0, &error), KMEM_OK);
  EXPECT_EQ(error, 0);
  EXPECT_EQ(kmem_sim_request_irq(machine.get(), 5, "other", callback, 0, &error), KMEM_OK);
  EXPECT_EQ(error, -16);
  EXPECT_EQ(kmem_sim_raise_irq(machine.get(), 5), KMEM_OK);
  EXPECT_EQ(shared.preemptCount, 0x10000u);
  EXPECT_EQ(shared.runs, 1u);

  kmem_deferred_id timer = 0;
  ASSERT_EQ(kmem_sim_deferred_create(machine.get(), KMEM_DEFERRED_TIMER, callback, 0, &timer), KMEM_OK);
  EXPECT_EQ(kmem_sim_deferred_start(machine.get(), timer, 2), KMEM_OK);
  EXPECT_EQ(shared.runs, 1u) << "time stands still";
  EXPECT_EQ(kmem_sim_advance(machine.get(), 100000000), KMEM_OK);
  EXPECT_EQ(shared.runs, 2u);
  EXPECT_EQ(shared.preemptCount & 0x1ff00, 0x100u) << "softirq";
  EXPECT_EQ(kmem_sim_deferred_start(machine.get(), timer + 1, 0), KMEM_BAD_ARGUMENT);
}

TEST(ApiThreads, heldInterruptsRunWhenTheyAreEnabled) {
  const MachineHandle machine = makeMachine({});
  Shared shared{machine.get()};
  kmem_callback_id callback = 0;
  kmem_sim_register(machine.get(), note, &shared, &callback);
  kmem_sim_request_irq(machine.get(), 5, "device", callback, 0, nullptr);
  kmem_sim_enter(machine.get(), KMEM_CONTEXT_NO_IRQS);
  kmem_sim_raise_irq(machine.get(), 5);
  EXPECT_EQ(shared.runs, 0u);
  kmem_sim_leave(machine.get(), KMEM_CONTEXT_NO_IRQS);
  EXPECT_EQ(shared.runs, 1u);
}

TEST(ApiThreads, aDeathInAHandlerEndsTheMachine) {
  const MachineHandle machine = makeMachine({.native = true});
  Shared shared{machine.get(), 0x10};
  kmem_callback_id callback = 0;
  kmem_sim_register(machine.get(), followNullLater, &shared, &callback);
  kmem_sim_request_irq(machine.get(), 5, "device", callback, 0, nullptr);
  EXPECT_EQ(kmem_sim_raise_irq(machine.get(), 5), KMEM_PANIC);
  EXPECT_FALSE(shared.cameBack);
  EXPECT_EQ(kmem_sim_raise_irq(machine.get(), 5), KMEM_DEAD);
}

} // namespace
