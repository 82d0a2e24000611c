// What a line of a run did, in words.
#pragma once

#include "rules/lib/rules.h"
#include "runtime/judge/step_recorder.h"

namespace kmem::replay {

/// How the notes of what the kernel printed begin.
inline constexpr llvm::StringLiteral kernelNote("kernel: ");

/// What is another now; "" when nothing is.
std::string contextChange(const CpuContext &before, const CpuContext &after);
std::string memoryEvent(const Allocation &memory, const rules::RuleSet &rules);
/// The notes of a step after which the CPU was in `after`.
std::vector<std::string> notesOf(const ReplayStep &step, const CpuContext &after, const rules::RuleSet &rules);

} // namespace kmem::replay
