// The steps of a run: one for each line it came to, with what the CPU was doing when it came there and what the line
// did. Recorded on the run without symbols only.
#pragma once

#include "runtime/search/run.h"

#include <string>
#include <vector>

namespace kmem::replay {

/// What decides what the code is allowed to do.
struct CpuContext {
  uint32_t preemptCount = 0;
  bool irqsOff = false;
  int rcuDepth = 0;
  std::vector<std::string> locks; ///< held ones by their names, the first taken first
  bool operator==(const CpuContext &) const = default;
};

struct ReplayStep {
  const llvm::Instruction *at = nullptr;
  unsigned depth = 0;             ///< of calls
  CpuContext cpu;                 ///< on coming here
  std::vector<Allocation> memory; ///< that the line allocated, or freed
  std::string printed;            ///< by the kernel while on this line
};

/// Follows a run instruction by instruction.
class StepRecorder {
public:
  /// Adds to `steps`. All of them outlive the recorder.
  StepRecorder(const Run &run, const Machine &machine, const Models &models, std::vector<ReplayStep> &steps);

  /// To be called before each instruction.
  void look();
  /// What the last line did belongs to it: called by look(), and once at the end.
  void closeStep();
  CpuContext context() const;

private:
  void takePrinted();
  void takeMemory();

  const Run &run;
  const Machine &machine;
  const Models &models;
  std::vector<ReplayStep> &steps;
  const llvm::DILocation *last = nullptr;
  size_t lastDepth = 0;
  sim::Console::Mark seen;
  uint64_t callsSeen = 0;
  sim::OrderedMap<Allocation> allocationsSeen;
};

/// The same steps, the same text: 32 hex digits.
std::string digestOf(const std::vector<ReplayStep> &steps);

} // namespace kmem::replay
