// A confirmed run with one of its allocations failing: goes on to the end of the function it began with, and says what
// broke on the way.
#pragma once

#include "runtime/judge/judge.h"

namespace kmem::replay {

enum class Breakage : uint8_t {
  NullDereference, ///< the kernel oopses on an address near NULL
  Leak,            ///< an error is returned, and memory allocated on the way is neither released nor to be found
  DoubleFree,      ///< memory is released again
};

struct BrokenPlace {
  Breakage kind;
  const llvm::Instruction *at = nullptr;
  std::vector<std::string> report;                  ///< what the kernel printed
  std::vector<const llvm::Instruction *> callTrace; ///< innermost first, where there is one
  uint64_t bytes = 0;                               ///< Leak: how much
};

struct FaultRun {
  const llvm::Instruction *failing = nullptr; ///< the call whose allocation failed; null: none did
  std::vector<BrokenPlace> broken;
};

/// What breaks that does not break without the fault, for each allocation of the confirmed run in turn.
std::vector<FaultRun> failEachAllocation(const Confirmation &confirmed, Program &program, const sim::Profile &profile,
                                         const rules::RuleSet &rules, const TreeValues &values);

} // namespace kmem::replay
