// What the simulated CPU is doing: preempt_count bit for bit, the interrupt flag, RCU nesting, the current task. One
// thread of execution; "CPU 1 runs now" is a switch, not a host thread.
//
// preempt_count (include/linux/preempt.h): bits 0-7 preemption, 8-15 softirq (0x100 serving, 0x200 each
// local_bh_disable), 16-19 hardirq, 20-23 NMI.
#pragma once

#include "runtime/kernel/code_site.h"
#include "runtime/kernel/cow_pool.h"

#include <memory>
#include <string_view>

namespace kmem::sim {

class Kernel;
struct CpuState;

inline constexpr uint32_t preemptOffset = 0x1;
inline constexpr uint32_t softirqOffset = 0x100;
inline constexpr uint32_t softirqDisableOffset = 0x200;
inline constexpr uint32_t hardirqOffset = 0x10000;
inline constexpr uint32_t nmiOffset = 0x100000;
inline constexpr uint32_t preemptMask = 0xff, softirqMask = 0xff00, hardirqMask = 0xf0000, nmiMask = 0xf00000;

/// task_struct::flags that the allocators read (include/linux/sched.h).
enum TaskFlag : uint32_t {
  PfExiting = 0x4,
  PfMemalloc = 0x800,
  PfMemallocNofs = 0x40000,
  PfMemallocNoio = 0x80000,
  PfKthread = 0x200000,
  PfMemallocPin = 0x10000000,
};

enum class TaskState : uint8_t { Running, Interruptible, Uninterruptible, Dead };

inline constexpr unsigned maxHeldLocks = 48; ///< MAX_LOCK_DEPTH (include/linux/sched.h)

/// One entry of the task's lock stack, as lockdep keeps it.
struct HeldLock {
  uint32_t lock; ///< number in Locks
  uint32_t lockClass;
  uint8_t read;       ///< 0 exclusive, 1 shared, 2 shared and recursive
  uint8_t irqContext; ///< bit 0 softirq, bit 1 hardirq: where it was taken
  bool trylock;
  bool check;
  bool hardirqsOff; ///< when it was taken
};

struct Task {
  uint32_t pid;
  char comm[16];
  uint32_t flags; ///< TaskFlag bits
  TaskState state;
  bool stateChangeTracked; ///< task_state_change: false after sched_annotate_sleep()
  uint8_t heldCount;
  uint32_t savedPreemptCount; ///< while it does not run
  int32_t rcuDepth;           ///< rcu_read_lock nesting (PREEMPT_RCU)
  int32_t nonBlockCount;      ///< non_block_start()
  int32_t pagefaultDisabled;
  int32_t migrationDisabled;
  uint32_t addressSpace; ///< mm number in runtime/user, 0 for a kernel thread
  bool makeItFail;       ///< /proc/<pid>/make-it-fail
  uint32_t failNth;      ///< /proc/<pid>/fail-nth: the request that will fail, counted down; 0 is none
  bool idle;
  HeldLock held[maxHeldLocks];
};

using TaskId = uint32_t; ///< 0 is nobody

class Context {
public:
  explicit Context(Kernel &kernel);

  // Tasks
  /// A task that is not running yet; its pid is the next one.
  TaskId createTask(std::string_view comm, uint32_t flags);
  TaskId taskId() const;
  const Task &task(TaskId id) const;

  // State
  unsigned cpu() const;
  const Task &task() const;
  Task &taskForWrite();
  uint32_t preemptCount() const;
  bool irqsDisabled() const;

  bool inNmi() const { return preemptCount() & nmiMask; }
  bool inHardirq() const { return preemptCount() & hardirqMask; }
  bool inServingSoftirq() const { return preemptCount() & softirqOffset; }
  /// in_interrupt(): also true in a task that has bottom halves disabled.
  bool inInterrupt() const { return preemptCount() & (nmiMask | hardirqMask | softirqMask); }
  bool inTask() const { return !(preemptCount() & (nmiMask | hardirqMask | softirqOffset)); }
  bool inAtomic() const { return preemptCount() != 0; }

  // preempt_count and the interrupt flag
  /// preempt_count_add() with the checks of DEBUG_PREEMPT.
  void preemptAdd(uint32_t amount);
  void preemptSub(uint32_t amount);
  void preemptDisable() { preemptAdd(preemptOffset); }
  void preemptEnable() { preemptSub(preemptOffset); }
  /// preempt_count_set(): what an experiment does to repair a leak.
  void setPreemptCount(uint32_t count);
  /// __local_bh_disable_ip(); `preemption` is added by spin_lock_bh() and its like.
  void bhDisable(uint32_t preemption = 0);
  /// __local_bh_enable_ip(): runs softirqs that are pending, and with lockdep leaves interrupts on.
  void bhEnable(uint32_t preemption = 0);
  /// Returns the former state, as local_irq_save() does.
  bool irqSave();
  void irqRestore(bool wereDisabled);

  // Interrupts (kernel/softirq.c, include/linux/hardirq.h); Deferred calls these around handlers.
  struct InterruptedState {
    bool irqsOff, threaded, config;
  };
  InterruptedState enterHardirq();
  /// Back to what was interrupted; runs pending softirqs before that.
  void leaveHardirq(const InterruptedState &before);
  void enterSoftirq();
  void leaveSoftirq();
  InterruptedState enterNmi();
  void leaveNmi(const InterruptedState &before);
  /// lockdep_hardirq_threaded(): this handler would run in a thread on PREEMPT_RT.
  void markInterruptThreaded();
  /// lockdep's irq_config: as markInterruptThreaded(), for parts of a handler.
  void setInterruptConfig(bool config);

  /// Whether the code runs on the stack of interrupts. The setter returns what was before.
  bool onInterruptStack() const;
  bool setInterruptStack(bool on);

  // The task's own scopes
  /// memalloc_*_save(): returns what restoreTaskFlag() wants back.
  uint32_t setTaskFlag(TaskFlag flag);
  void restoreTaskFlag(TaskFlag flag, uint32_t before);
  void nonBlockStart();
  void nonBlockEnd();
  void pagefaultDisable() { ++taskForWrite().pagefaultDisabled; }
  void pagefaultEnable() { --taskForWrite().pagefaultDisabled; }
  void migrateDisable() { ++taskForWrite().migrationDisabled; }
  void migrateEnable() { --taskForWrite().migrationDisabled; }
  /// kmap_atomic() where there is no high memory: preemption and page faults off (include/linux/highmem-internal.h).
  void kmapAtomic();
  void kunmapAtomic();
  /// set_current_state()
  void setTaskState(TaskState state);

  // What allocators call
  /// might_sleep(): prints the kernel's report when sleeping is forbidden here.
  void mightSleep(const CodeSite &site);
  /// __might_resched(): the report when the count, RCU nesting, interrupts or the task forbid to sleep.
  void mightResched(const CodeSite &site, uint32_t expectedCount = 0, uint32_t expectedRcuDepth = 0);
  /// might_alloc(): the fs_reclaim annotation, then might_sleep_if(allows blocking) (include/linux/sched/mm.h).
  void mightAlloc(Gfp gfp);
  /// current_gfp_context(): takes away what the task's memalloc scopes forbid.
  Gfp scoped(Gfp gfp) const;
  /// might_fault(): might_sleep() and the annotation for mmap_lock, unless page faults are disabled.
  void mightFault(const CodeSite &site);
  /// cant_sleep(), cant_migrate(): report a context that is not atomic.
  void cantSleep(const CodeSite &site);
  void cantMigrate(const CodeSite &site);
  /// cond_resched(): the check of might_sleep() without that of the task's state.
  void condResched(const CodeSite &site) { mightResched(site); }
  /// The part of schedule() before the next task is picked: reports "scheduling while atomic" and RCU misuse, and
  /// goes on with interrupts on and nothing disabled, as the kernel does. Deferred::schedule() runs the others.
  void schedule();
  /// schedule_debug() and rcu_note_context_switch(), for `preempted` or voluntary.
  void checkSchedule(bool preempted);

  /// The CPU runs `task` until switchBack(); the state of both is kept.
  TaskId switchTo(TaskId task);
  /// Another CPU executes now.
  void runOn(unsigned cpu);
  TaskId idleTask() const;
  /// As the code that switches tasks or returns from an interrupt does, out of sight of lockdep.
  void loadIrqFlag(bool disabled);
  Task &taskForWrite(TaskId id);

  /// The reports above may be printed again at once.
  void rearm();

  // Clock
  uint64_t nanoseconds() const;
  uint64_t jiffies() const;
  uint64_t nanosecondsPerJiffy() const;
  void advanceTo(uint64_t nanoseconds);

  // For lockdep
  bool lockdepInHardirq() const;
  bool lockdepInSoftirq() const;
  /// The strictest wait type of the interrupt context itself (task_wait_context()).
  bool interruptIsThreadable() const;

  struct State;
  const State &state() const;
  void restore(const State &state);
  ~Context();

private:
  bool mayReport(uint64_t &last);
  /// DEBUG_LOCKS_WARN_ON(): ends lock debugging, then warns. True when `condition` holds.
  bool debugLocksWarnOn(bool condition, const char *text, const CodeSite &site);
  void rcuSleepCheck(const CodeSite &site);
  void reportSchedulingWhileAtomic();
  CpuState &cpuForWrite();
  const CpuState &cpuState() const;

  Kernel &kernel;
  std::unique_ptr<State> current;
};

} // namespace kmem::sim
