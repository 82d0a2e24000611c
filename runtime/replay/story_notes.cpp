#include "runtime/replay/story_notes.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem::replay {

static std::string hex(uint64_t value) { return "0x" + llvm::utohexstr(value, /*LowerCase=*/true); }

std::string contextChange(const CpuContext &before, const CpuContext &after) {
  std::vector<std::string> parts;
  if (before.preemptCount != after.preemptCount)
    parts.push_back("preempt_count " + hex(after.preemptCount));
  if (before.irqsOff != after.irqsOff)
    parts.push_back(after.irqsOff ? "interrupts off" : "interrupts on");
  if (before.rcuDepth != after.rcuDepth)
    parts.push_back("RCU depth " + std::to_string(after.rcuDepth));
  if (before.locks != after.locks)
    parts.push_back(after.locks.empty() ? "holds no lock" : "holds " + llvm::join(after.locks, ", "));
  return llvm::join(parts, "; ");
}

std::string memoryEvent(const Allocation &memory, const rules::RuleSet &rules) {
  std::string text = memory.freed ? "freed " : "allocated ";
  if (memory.size)
    text += std::to_string(memory.size) + " bytes at ";
  text += hex(memory.address);
  return memory.family ? text + " (" + rules.families[memory.family - 1].name + ")" : text;
}

std::vector<std::string> notesOf(const ReplayStep &step, const CpuContext &after, const rules::RuleSet &rules) {
  std::vector<std::string> notes;
  if (std::string change = contextChange(step.cpu, after); !change.empty())
    notes.push_back(std::move(change));
  for (const Allocation &memory : step.memory)
    notes.push_back(memoryEvent(memory, rules));
  llvm::SmallVector<llvm::StringRef> printed;
  llvm::StringRef(step.printed).split(printed, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : printed)
    notes.push_back((kernelNote + line).str());
  return notes;
}

} // namespace kmem::replay
