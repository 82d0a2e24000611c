// Stage: driver. Numbered tasks done by forked processes, so that a crash, a runaway or a memory hog costs one task. A
// worker is a copy of this process: it has the rules and the units without loading them. The caller must have no
// threads.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstdint>
#include <string>

namespace kmem {

/// What one task may use. Far above what any unit of a kernel needs; reaching one is reported for the task.
/// The limit that counts is CPU time, so that a busy machine reports the same; the other one ends a task that hangs.
inline constexpr unsigned taskCpuLimitS = 120;
inline constexpr unsigned taskWallLimitS = 1800;
inline constexpr uint64_t taskMemoryLimitBytes = 6ull << 30;

/// A worker is replaced after this many tasks, so that memory it failed to return does not add up.
inline constexpr unsigned tasksPerWorker = 250;

struct TaskOutcome {
  bool completed = false;
  std::string reply; ///< what the task returned, or why it did not: "crashed: signal 11", "ran out of time: ..."
};

struct PoolCalls {
  /// Runs in a worker; the bytes returned are handed to `done`.
  llvm::function_ref<std::string(size_t task)> work;
  /// Runs in this process, in the order of completion. False ends the pool.
  llvm::function_ref<bool(size_t task, TaskOutcome outcome)> done;
};

enum class PoolEnd { Completed, Stopped, Interrupted };

/// Runs the tasks in this order. Interrupted: SIGINT, SIGTERM or SIGHUP came; the workers are gone, what was done is
/// done.
PoolEnd runPool(llvm::ArrayRef<size_t> tasks, unsigned jobs, PoolCalls calls);

} // namespace kmem
