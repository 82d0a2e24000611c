// Findings, each in a process of its own: one bad module, one solver gone wild never ends the run. The results come in
// the order of the findings, whatever the number of processes is.
#pragma once

#include "core/finding/finding.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <csignal>
#include <vector>

namespace kmem::replay {

struct WorkerLimits {
  unsigned jobs = 1;
  unsigned cpuSeconds = 60; ///< of a process, its compiles included; a search has its own, smaller limit
  uint64_t dataBytes = uint64_t(1) << 30;
};

/// Does something with a finding, and may find more; false when it could not be run.
using Work = llvm::function_ref<bool(Finding &finding, std::vector<Finding> &more)>;

/// Calls `work` in a process for each finding and takes over what it made of it; what else was found comes behind all
/// of them, each fingerprint once. A process that dies leaves an unknown
/// verdict that says how. `done` is told of each. False when `stop` became non-zero: the rest was not done.
bool inProcesses(std::vector<Finding> &findings, const WorkerLimits &limits, Work work,
                 llvm::function_ref<void(size_t)> done, const volatile std::sig_atomic_t &stop,
                 std::vector<bool> &failed);

} // namespace kmem::replay
