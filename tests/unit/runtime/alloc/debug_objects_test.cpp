// What is still active in memory that is freed, and kfree_rcu().
#include "runtime/alloc/debug_objects.h"
#include "runtime/alloc/kvfree_rcu.h"
#include "tests/unit/runtime/alloc/vmalloc_machine.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

struct DebugObjectsMachine : VmallocMachine {
  explicit DebugObjectsMachine(std::string_view profile = "612dbg") : VmallocMachine(profile) {
    slub.addFreeObserver(&objects);
  }
  std::string firstLine() {
    const auto lines = printed();
    return lines.empty() ? "" : lines.front();
  }
  /// A timer in a new object, not started.
  Address timerIn(DeferredId timer) {
    const Address object = kmalloc.kzalloc(64, gfp());
    objects.init(DebugObjectType::Timer, object + 8, timer, kernel.symbols.of("driver_timeout"));
    return object;
  }
  DeferredId timer() {
    const CallbackId callback = kernel.deferred.registerCallback([this](uint64_t) { ++fired; });
    return kernel.deferred.create(DeferredKind::Timer, callback, 0);
  }

  DebugObjects objects{kernel};
  KvfreeRcu kvfreeRcu{kernel, kvmalloc, objects};
  int fired = 0;
};

constexpr uint64_t second = 1000000000;

} // namespace

TEST(DebugObjects, an_active_timer_is_reported_and_stopped) {
  DebugObjectsMachine machine;
  const DeferredId timer = machine.timer();
  const Address object = machine.timerIn(timer);
  machine.objects.activate(object + 8);
  machine.kernel.deferred.modifyTimer(timer, machine.kernel.context.jiffies() + machine.kernel.profile.hz);
  machine.kmalloc.kfree(object);
  const std::string line = machine.firstLine();
  EXPECT_TRUE(line.starts_with("ODEBUG: free active (active state 0) object: ")) << line;
  EXPECT_TRUE(line.ends_with(" object type: timer_list hint: driver_timeout")) << line;
  machine.kernel.deferred.advance(3 * second);
  EXPECT_EQ(machine.fired, 0);
}

TEST(DebugObjects, idle_objects_go_with_their_memory) {
  DebugObjectsMachine machine;
  const Address object = machine.timerIn(machine.timer());
  machine.objects.activate(object + 8);
  machine.objects.deactivate(object + 8);
  machine.kmalloc.kfree(object);
  EXPECT_EQ(machine.firstLine(), "");
}

TEST(DebugObjects, the_older_release_does_not_name_the_object) {
  DebugObjectsMachine machine("61dbg");
  const Address object = machine.timerIn(machine.timer());
  machine.objects.activate(object + 8);
  machine.kmalloc.kfree(object);
  EXPECT_EQ(machine.firstLine(), "ODEBUG: free active (active state 0) object type: timer_list hint: driver_timeout");
}

TEST(DebugObjects, production_kernels_do_not_look) {
  DebugObjectsMachine machine("deb612");
  const Address object = machine.timerIn(machine.timer());
  machine.objects.activate(object + 8);
  machine.kmalloc.kfree(object);
  EXPECT_EQ(machine.firstLine(), "");
}

TEST(DebugObjects, a_held_lock_in_freed_memory_is_reported) {
  DebugObjectsMachine machine;
  const Address object = machine.kmalloc.kmalloc(128, machine.gfp());
  const LockId lock = machine.kernel.locks.create(LockKind::Mutex, "&driver->lock");
  machine.objects.placeLock(object + 16, 32, lock);
  machine.kernel.locks.acquire(lock);
  machine.kmalloc.kfree(object);
  EXPECT_EQ(machine.firstLine(), "WARNING: held lock freed!");
  EXPECT_FALSE(machine.kernel.reports.lockDebugging());
}

TEST(DebugObjects, a_released_lock_is_not) {
  DebugObjectsMachine machine;
  const Address object = machine.kmalloc.kmalloc(128, machine.gfp());
  const LockId lock = machine.kernel.locks.create(LockKind::Mutex, "&driver->lock");
  machine.objects.placeLock(object + 16, 32, lock);
  machine.kernel.locks.acquire(lock);
  machine.kernel.locks.release(lock);
  machine.kmalloc.kfree(object);
  EXPECT_EQ(machine.firstLine(), "");
}

TEST(KvfreeRcu, objects_are_freed_after_some_seconds_and_a_grace_period) {
  DebugObjectsMachine machine;
  const CacheId cache = machine.kmalloc.cacheFor(64, machine.gfp());
  const uint64_t before = machine.slub.liveObjects(cache);
  const Address object = machine.kmalloc.kmalloc(64, machine.gfp());
  machine.kvfreeRcu.free(object, object);
  machine.kernel.deferred.advance(second);
  EXPECT_EQ(machine.slub.liveObjects(cache), before + 1);
  machine.kernel.deferred.advance(10 * second);
  EXPECT_EQ(machine.kvfreeRcu.waiting(), 0u);
  EXPECT_EQ(machine.slub.liveObjects(cache), before);
}

TEST(KvfreeRcu, the_same_object_twice_is_leaked_where_somebody_looks) {
  DebugObjectsMachine machine;
  const Address object = machine.kmalloc.kmalloc(64, machine.gfp());
  machine.kvfreeRcu.free(object, object);
  machine.kvfreeRcu.free(object, object);
  const auto lines = machine.printed();
  ASSERT_GE(lines.size(), 7u);
  EXPECT_TRUE(lines[0].starts_with("ODEBUG: activate active (active state 1) object: ")) << lines[0];
  EXPECT_TRUE(lines[6].starts_with("kvfree_call_rcu(): Double-freed call. rcu_head ")) << lines[6];
  EXPECT_EQ(machine.kvfreeRcu.waiting(), 1u);
}

TEST(KvfreeRcu, a_head_queued_twice_calls_nobody) {
  DebugObjectsMachine machine;
  const Address head = machine.kmalloc.kmalloc(16, machine.gfp());
  EXPECT_TRUE(machine.kvfreeRcu.queueHead(head, machine.kernel.symbols.of("driver_rcu")));
  EXPECT_FALSE(machine.kvfreeRcu.isLeaked(head));
  EXPECT_FALSE(machine.kvfreeRcu.queueHead(head, machine.kernel.symbols.of("driver_rcu")));
  EXPECT_TRUE(machine.kvfreeRcu.isLeaked(head));
}
