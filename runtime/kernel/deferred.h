// What runs later or elsewhere: softirqs with their tasklets, timers and RCU callbacks, hrtimers, irq_work, interrupt
// lines with handlers and threads, work items also in BH workqueues, IPIs and stop_machine(). Nothing runs by itself:
// something becomes due when time is advanced, a line is raised, or a task waits, and runs then, in the context that
// the kernel gives it.
//
// A callback is a number in a table that only grows; the state holds numbers alone, so that it is plain data. Callbacks
// must be registered in the same order in every machine that a snapshot is restored to.
#pragma once

#include "runtime/kernel/context.h"
#include "runtime/kernel/ordered_map.h"

#include <functional>
#include <vector>

namespace kmem::sim {

using Callback = std::function<void(uint64_t argument)>;
using CallbackId = uint32_t; ///< 0 is none
using DeferredId = uint32_t; ///< a tasklet, timer, work item and so on; 0 is none

enum class DeferredKind : uint8_t {
  Tasklet,
  HiTasklet,
  Timer,       ///< timer_list, in jiffies
  HrtimerHard, ///< runs in the interrupt
  HrtimerSoft, ///< runs in HRTIMER_SOFTIRQ
  IrqWork,     ///< in an interrupt of its own
  IrqWorkHard, ///< the same, also on PREEMPT_RT
  IrqWorkLazy, ///< in the next tick
  Work,        ///< in a kworker
  WorkBh,      ///< in a softirq (6.9 and later)
  RcuCallback, ///< after a grace period, in RCU_SOFTIRQ; made by callRcu()
  IrqThread,   ///< the thread of an interrupt line
};
inline constexpr unsigned deferredKindCount = 12;

/// include/linux/interrupt.h, the ones that the simulation raises.
enum SoftirqBit : uint32_t {
  HiSoftirq = 1 << 0,
  TimerSoftirq = 1 << 1,
  TaskletSoftirq = 1 << 6,
  HrtimerSoftirq = 1 << 8,
  RcuSoftirq = 1 << 9,
};

struct DeferredItem {
  DeferredKind kind;
  bool pending;
  bool disabled;  ///< tasklet_disable()
  bool wasQueued; ///< work whose data names the pool it ran on
  CallbackId callback;
  uint64_t argument;
  uint64_t key;   ///< in its queue: order of arrival, or nanoseconds when it is due
  uint64_t delay; ///< of delayed work that waits for its timer: when it is due
};

struct IrqLine {
  CallbackId handler; ///< 0: none requested
  uint64_t argument;
  DeferredId thread; ///< runs after the handler; 0 for none
  TaskId task;       ///< of the thread
  uint8_t disableDepth;
  bool raised;
  bool threadable; ///< without IRQF_NO_THREAD
};
inline constexpr unsigned maxIrqLines = 16;

class Deferred {
public:
  explicit Deferred(Kernel &kernel);
  ~Deferred();

  CallbackId registerCallback(Callback callback);
  /// Calls it here and now.
  void invoke(CallbackId callback, uint64_t argument) const { callbacks.at(callback)(argument); }

  DeferredId create(DeferredKind kind, CallbackId callback, uint64_t argument);
  void destroy(DeferredId item);
  bool isPending(DeferredId item) const;

  // Making things pending; false when it was already.
  bool scheduleTasklet(DeferredId tasklet);
  bool queueIrqWork(DeferredId work);
  bool queueWork(DeferredId work);
  bool queueDelayedWork(DeferredId work, uint64_t jiffies);
  /// mod_timer(): due at `jiffies` since boot.
  bool modifyTimer(DeferredId timer, uint64_t jiffies);
  bool startHrtimer(DeferredId timer, uint64_t nanosecondsFromNow);
  void callRcu(CallbackId callback, uint64_t argument);
  /// Takes it out of its queue; true when it was pending.
  bool cancel(DeferredId item);

  // Waiting for things, with the checks of the kernel's functions
  void killTasklet(DeferredId tasklet); ///< tasklet_kill()
  bool flushWork(DeferredId work);      ///< flush_work()
  bool cancelWorkSync(DeferredId work); ///< cancel_work_sync()
  bool cancelDelayedWorkSync(DeferredId work);
  bool deleteTimerSync(DeferredId timer); ///< del_timer_sync()
  bool cancelHrtimer(DeferredId timer);   ///< hrtimer_cancel()
  void synchronizeRcu();
  void rcuBarrier();
  /// The waits of kvfree_rcu_barrier() when nothing is queued: for the monitor's work and for that of the batches.
  void kvfreeRcuBarrier();
  /// wait_for_completion() of a callback that is queued now.
  void waitForGracePeriod();

  // Interrupt lines
  /// request_threaded_irq(); the handler sets wakeThread() to have `thread` run.
  bool requestIrq(unsigned line, std::string_view name, CallbackId handler, CallbackId thread, uint64_t argument);
  void freeIrq(unsigned line);
  /// The device asserts the line: the handler runs now, or when interrupts and the line are enabled again.
  void raise(unsigned line);
  void wakeThread(unsigned line);
  void disableIrq(unsigned line);     ///< disable_irq_nosync()
  void disableIrqSync(unsigned line); ///< disable_irq()
  void enableIrq(unsigned line);
  void synchronizeIrq(unsigned line);

  // Other CPUs
  /// smp_call_function_single()
  void smpCall(unsigned cpu, CallbackId callback, uint64_t argument);
  void onEachCpu(CallbackId callback, uint64_t argument);
  void stopMachine(CallbackId callback, uint64_t argument);

  // Running
  /// What kswapd does when the CPU is given away; false when it sleeps. Not part of the state.
  void setKswapd(std::function<bool()> run) { kswapd = std::move(run); }
  /// schedule(): the checks, then, when the task does not stay runnable, others until it is woken.
  void schedule();
  /// Gives the CPU away until `ready`; a Hang when nothing is left that could make it so.
  void waitUntil(const std::function<bool()> &ready);
  /// The same with a limit: false when the time was over first.
  bool waitUntil(const std::function<bool()> &ready, uint64_t nanoseconds);
  /// Sleeps for a time in schedule(); nobody wakes the task before.
  void sleep(uint64_t nanoseconds);
  /// schedule_timeout() with its timer on the stack; only a task whose state says so sleeps.
  void scheduleTimeout(uint64_t jiffies);
  /// What debug objects say of an object "on the stack" where the stack is that of interrupts.
  void checkOnStack();
  /// Everything that can run at once, until nothing is left.
  void runPending();
  /// Idles for a time, with what becomes due in it.
  void advance(uint64_t nanoseconds);

  // For Context
  void runPendingInterrupts();
  void runPendingSoftirqs();
  void raiseSoftirq(uint32_t bits);

  struct State;
  const State &state() const;
  void restore(const State &state);

private:
  using Queue = OrderedMap<DeferredId>;
  void call(DeferredId item);
  void enqueue(DeferredId item, uint64_t key);
  bool enqueueLast(DeferredId item);
  Queue &queueOf(DeferredKind kind);
  std::optional<DeferredId> takeFirst(DeferredKind kind, uint64_t atMost = UINT64_MAX);
  void expireDelayedWork();
  bool flushStarts(DeferredId work);
  void checkNotInHardirq(); ///< of del_timer_sync()
  void warnOnceIf(bool condition, const SiteByRelease &site);

  // Contexts that things run in
  void inHardirq(const std::function<void()> &body);
  void inTask(TaskId task, const std::function<void()> &body);
  void handleLine(unsigned line);
  void handleSoftirqs();
  void runSoftirq(uint32_t bit, const char *name);
  void runTasklets(DeferredKind kind);
  void runTimers(uint64_t until);
  void runExpired(DeferredKind kind, uint64_t until);
  void runWork(DeferredId work);
  void reportWorkLeak(unsigned locksBefore, int rcuBefore);
  bool runThread();
  bool runKswapd();
  bool runOne(uint64_t deadline);
  void interruptOfClock();
  std::optional<uint64_t> nextEvent() const;
  void raiseExpired();

  Kernel &kernel;
  std::vector<Callback> callbacks;
  std::function<bool()> kswapd;
  std::unique_ptr<State> current;
};

} // namespace kmem::sim
