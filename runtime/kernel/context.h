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

struct HeldLock {
  uint32_t lock; ///< number in Locks
  uint8_t mode;  ///< LockMode
  bool trylock;
  bool hardirqsOff; ///< when it was taken
};

struct Task {
  uint32_t pid;
  char comm[16];
  uint32_t flags; ///< TaskFlag bits
  TaskState state;
  uint8_t heldCount;
  int32_t rcuDepth;      ///< rcu_read_lock nesting (PREEMPT_RCU)
  int32_t nonBlockCount; ///< non_block_start()
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

  // Changes. Amounts are the offsets above; enable may run what became due.
  void preemptAdd(uint32_t amount);
  void preemptSub(uint32_t amount);
  void preemptDisable() { preemptAdd(preemptOffset); }
  void preemptEnable() { preemptSub(preemptOffset); }
  void bhDisable() { preemptAdd(softirqDisableOffset); }
  void bhEnable() { preemptSub(softirqDisableOffset); }
  /// Returns the former state, as local_irq_save() does.
  bool irqSave();
  void irqRestore(bool wereDisabled);

  // What allocators call
  /// might_sleep(): prints the kernel's report when sleeping is forbidden here.
  void mightSleep(const CodeSite &site);
  /// __might_resched(): the report when the count, RCU nesting, interrupts or the task forbid to sleep.
  void mightResched(const CodeSite &site, uint32_t expectedCount = 0, uint32_t expectedRcuDepth = 0);
  /// might_alloc(): the fs_reclaim annotation, then might_sleep_if(allows blocking) (include/linux/sched/mm.h).
  void mightAlloc(Gfp gfp);
  /// current_gfp_context(): takes away what the task's memalloc scopes forbid.
  Gfp scoped(Gfp gfp) const;
  /// schedule(): gives the CPU away; reports "scheduling while atomic" and RCU misuse.
  void schedule();

  /// The reports above may be printed again at once.
  void rearm();
  uint64_t jiffies() const;

  struct State;
  const State &state() const;
  void restore(const State &state);
  ~Context();

private:
  bool mayReport(uint64_t &last);

  Kernel &kernel;
  std::unique_ptr<State> current;
};

} // namespace kmem::sim
