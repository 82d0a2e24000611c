// What of a Context changes: tasks by number, one record a CPU, the clock. Plain data, copied in O(1).
#pragma once

#include "runtime/kernel/context.h"

namespace kmem::sim {

/// One simulated CPU.
struct CpuState {
  uint32_t preemptCount;
  bool irqsOff;
  uint8_t hardirqDepth; ///< lockdep's hardirq_context
  uint8_t softirqDepth; ///< lockdep's softirq_context
  bool irqThreaded;     ///< lockdep's hardirq_threaded
  bool irqConfig;       ///< lockdep's irq_config
  bool interruptStack;
  TaskId task;
  TaskId idleTask;
  uint32_t memallocBeforeSoftirq; ///< PF_MEMALLOC of the interrupted task
};

struct Context::State {
  CowPool<Task> tasks;
  CowArray<CpuState> cpus;
  unsigned cpu = 0;
  uint32_t nextPid = 1;
  uint64_t nanoseconds = 0;
  // When each check printed last, in jiffies; 0 is never (kernel/sched/core.c, prev_jiffy).
  uint64_t mightSleepReported = 0;
  uint64_t cantSleepReported = 0;
  uint64_t cantMigrateReported = 0;
};

} // namespace kmem::sim
